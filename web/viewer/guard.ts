/** Keys that are the app's, and what is blocked while something is only to be looked at. */
import { isBlocked } from './keys.ts';
import type { FromViewer } from './messages.ts';

const GUARDED = 'guarded';

export const isGuarded = (): boolean => document.documentElement.classList.contains(GUARDED);

export function setGuarded(guarded: boolean): void {
  document.documentElement.classList.toggle(GUARDED, guarded);
}

export function guard(tell: (message: FromViewer) => void): void {
  const stop = (event: Event) => {
    if (isGuarded()) event.preventDefault();
  };
  for (const type of ['contextmenu', 'dragstart', 'selectstart', 'copy', 'cut']) {
    addEventListener(type, stop, { capture: true });
  }
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape') tell({ type: 'key', key: 'Escape' });
      else if (isGuarded() && isBlocked(event)) {
        event.preventDefault();
        tell({ type: 'key', key: 'blocked' });
      }
    },
    { capture: true },
  );
  // A browser tells of this key only when it is let go, if at all.
  addEventListener('keyup', (event) => {
    if (event.key === 'PrintScreen' && isGuarded()) tell({ type: 'key', key: 'PrintScreen' });
  });
  addEventListener('blur', () => tell({ type: 'left' }));
}
