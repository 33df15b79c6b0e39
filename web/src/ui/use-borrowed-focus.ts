import { type RefObject, useEffect } from 'react';

/** Puts the focus on what has just opened, and gives it back to the opener when that goes again. */
export function useBorrowedFocus(target: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const opener = document.activeElement;
    target.current?.focus({ preventScroll: true });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [target]);
}
