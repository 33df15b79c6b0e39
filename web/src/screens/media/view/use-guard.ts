import { useLayoutEffect } from 'react';
import { isBlocked } from '../../../../viewer/keys.ts';

export interface Guard {
  /** A key was pressed that does nothing here. */
  readonly blocked: () => void;
  /** One turned to another window or tab, or pressed the key for screenshots. */
  readonly close: () => void;
}

/** While something is only to be looked at. Null: it is not. */
export function useGuard(guard: Guard | null): void {
  useLayoutEffect(() => {
    if (guard === null) return;
    const controller = new AbortController();
    const options = { capture: true, signal: controller.signal };
    const stop = (event: Event) => event.preventDefault();
    for (const type of ['contextmenu', 'dragstart', 'selectstart', 'copy', 'cut', 'beforeprint'] as const) {
      addEventListener(type, stop, options);
    }
    addEventListener(
      'keydown',
      (event) => {
        if (!isBlocked(event)) return;
        event.preventDefault();
        guard.blocked();
      },
      options,
    );
    addEventListener(
      'keyup',
      (event) => {
        if (event.key === 'PrintScreen') guard.close();
      },
      options,
    );
    addEventListener('blur', () => leftFor(guard), options);
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'hidden') guard.close();
      },
      options,
    );
    return () => controller.abort();
  }, [guard]);
}

/** The focus left the page or its frame: for each other, or for another window? That is known a moment later. */
export function leftFor(guard: Guard): void {
  setTimeout(() => {
    if (!document.hasFocus()) guard.close();
  });
}
