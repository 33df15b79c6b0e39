import { useLayoutEffect, useRef } from 'react';

/**
 * Escape closes what was opened last. A dialog closes itself, and what has an Escape of its own (a search field that
 * clears itself) stops the event.
 *
 * A layout effect, like all that answers a person: whoever sees the picture can press a key already, and other effects may
 * run later. In between it would be lost, or close what was there before.
 */
export function useEscape(onEscape: () => void): void {
  const latest = useRef(onEscape);
  useLayoutEffect(() => {
    latest.current = onEscape;
  });
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]') === null) latest.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
