// @vitest-environment happy-dom
import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Dialog } from './Dialog.tsx';
import { Page } from './Page.tsx';

/** As in a browser: React's own scheduler decides when effects run, and no test waits for them. */
function draw(node: ReactNode): HTMLElement {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  roots.push(root);
  flushSync(() => root.render(node));
  return place;
}

const roots: Root[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) flushSync(() => root.unmount());
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

/** What a fast hand does: it presses the moment that the picture has changed. */
function whenItChanges(place: HTMLElement, act: () => void): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      act();
      resolve();
    });
    observer.observe(place, { childList: true, subtree: true });
  });
}

const pressEscape = () =>
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));

test('an Escape in the moment that a page comes is for that page', async () => {
  const told: string[] = [];
  let turn: () => void = () => undefined;
  function Pages() {
    const [page, setPage] = useState('twelve');
    turn = () => setPage('doors');
    const close = { label: 'close', onClose: () => told.push(page) };
    return (
      <Page key={page} title={page} close={close}>
        {page}
      </Page>
    );
  }
  const place = draw(<Pages />);
  const pressed = whenItChanges(place, pressEscape);
  turn();
  await pressed;
  expect(told).toEqual(['doors']);
  expect(document.activeElement?.textContent).toBe('doors');
});

test('a dialog is open, and has the focus, in the moment that it comes', async () => {
  let show: () => void = () => undefined;
  function Asked() {
    const [asks, setAsks] = useState(false);
    show = () => setAsks(true);
    return asks ? (
      <Dialog title="Really?" closeLabel="close" onClose={() => setAsks(false)}>
        {''}
      </Dialog>
    ) : (
      <p>nothing</p>
    );
  }
  const place = draw(<Asked />);
  let open: boolean | undefined;
  const seen = whenItChanges(place, () => {
    open = place.querySelector('dialog')?.open;
  });
  show();
  await seen;
  expect(open).toBe(true);
});
