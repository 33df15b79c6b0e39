import { useEffect } from 'react';

/** Saving, printing, looking at the source, and the tools of developers. The frame blocks the same where it has the focus. */
function isBlocked({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const letter = key.toLowerCase();
  if (letter === 'f12') return true;
  if (!ctrlKey && !metaKey) return false;
  return (shiftKey || altKey ? ['i', 'j', 'c', 'k'] : ['s', 'p', 'u', 'a', 'c']).includes(letter);
}

export interface Guard {
  readonly blocked: () => void;
  /** `away`: another window or tab; `picture`: the key for screenshots. */
  readonly close: (why: 'away' | 'picture') => void;
}

/** While something is only to be looked at. Null: it is not. */
export function useGuard(guard: Guard | null): void {
  useEffect(() => {
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
        if (event.key === 'PrintScreen') guard.close('picture');
      },
      options,
    );
    addEventListener('blur', () => leftFor(guard), options);
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'hidden') guard.close('away');
      },
      options,
    );
    return () => controller.abort();
  }, [guard]);
}

/** The focus left the page or its frame: for each other, or for another window? That is known a moment later. */
export function leftFor(guard: Guard): void {
  setTimeout(() => {
    if (!document.hasFocus()) guard.close('away');
  });
}
