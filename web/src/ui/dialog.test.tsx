// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Dialog } from './Dialog.tsx';

afterEach(cleanup);

/** As browsers send it: bubbling from an input, not from a dialog; React bubbles both. */
const cancelled = (bubbles: boolean) => new Event('cancel', { bubbles, cancelable: true });

test('what is cancelled inside a dialog does not close it', () => {
  const outer = vi.fn();
  const inner = vi.fn();
  render(
    <Dialog title="outer" closeLabel="Close" onClose={outer} data-testid="outer">
      <input type="file" data-testid="file" />
      <Dialog title="inner" closeLabel="Close" onClose={inner} data-testid="inner">
        text
      </Dialog>
    </Dialog>,
  );
  fireEvent(screen.getByTestId('file'), cancelled(true));
  expect(outer).not.toHaveBeenCalled();
  fireEvent(screen.getByTestId('inner'), cancelled(false));
  expect(inner).toHaveBeenCalledOnce();
  expect(outer).not.toHaveBeenCalled();
  fireEvent(screen.getByTestId('outer'), cancelled(false));
  expect(outer).toHaveBeenCalledOnce();
});
