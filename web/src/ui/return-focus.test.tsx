// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { type ReactNode, useRef, useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { Dialog } from './Dialog.tsx';
import { Page } from './Page.tsx';
import { ReturnFocus } from './ReturnFocus.tsx';
import { Sheet } from './Sheet.tsx';
import { goOnElsewhere, useReturnFocus } from './use-return-focus.ts';

afterEach(cleanup);

const nothing = () => undefined;

function Card() {
  const place = useRef<HTMLDivElement>(null);
  useReturnFocus(place, { floats: true });
  return (
    <div ref={place}>
      <button type="button">in the card</button>
    </div>
  );
}

const kinds: Readonly<Record<string, ReactNode>> = {
  dialog: (
    <Dialog title="Really?" closeLabel="close" onClose={nothing}>
      <button type="button">inside</button>
    </Dialog>
  ),
  sheet: (
    <Sheet label="Acts" closeLabel="close" onClose={nothing}>
      <button type="button">inside</button>
    </Sheet>
  ),
  page: (
    <ReturnFocus>
      <Page title="Settings" back={{ label: 'back', onBack: nothing }}>
        <button type="button">inside</button>
      </Page>
    </ReturnFocus>
  ),
};

let show: (what: ReactNode) => void = nothing;

function House() {
  const [shown, setShown] = useState<ReactNode>(null);
  show = (what) => act(() => setShown(what));
  return (
    <>
      <button type="button">opener</button>
      <button type="button">elsewhere</button>
      {shown}
    </>
  );
}

const press = (text: string) => act(() => screen.getByText(text).focus());
const focused = () => document.activeElement?.textContent;

test.each(Object.entries(kinds))('a %s gives the focus back to what had it', (_, what) => {
  render(<House />);
  press('opener');
  show(what);
  press('inside');
  show(null);
  expect(focused()).toBe('opener');
});

test.each(Object.entries(kinds))(
  'who answers a call beside a %s is not led back to what opened it',
  (_, what) => {
    render(<House />);
    press('opener');
    show(what);
    press('elsewhere');
    act(goOnElsewhere);
    show(null);
    expect(document.activeElement).toBe(document.body);
    // Only that once.
    press('opener');
    show(what);
    press('inside');
    show(null);
    expect(focused()).toBe('opener');
  },
);

test('a page takes nothing from who went on elsewhere', () => {
  render(<House />);
  press('opener');
  show(kinds['page']);
  press('elsewhere');
  show(null);
  expect(focused()).toBe('elsewhere');
});

test('what floats gives back only the focus that one brought into it', () => {
  render(<House />);
  press('opener');
  show(<Card />);
  act(() => (document.activeElement as HTMLElement).blur());
  show(null);
  expect(document.activeElement).toBe(document.body);
  press('opener');
  show(<Card />);
  press('in the card');
  show(null);
  expect(focused()).toBe('opener');
});

test('a question that a sheet led to gives the focus back to what opened the sheet', () => {
  render(<House />);
  press('opener');
  show(kinds['sheet']);
  press('inside');
  show(kinds['dialog']);
  press('inside');
  show(null);
  expect(focused()).toBe('opener');
});
