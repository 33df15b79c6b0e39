import { type RefObject, useLayoutEffect, useState } from 'react';

/**
 * Gives the focus back to what had it when this was opened. What was opened takes it by itself. `within`: only if the focus is in there
 * at the end, for what takes none and lets one go on elsewhere.
 */
export function useReturnFocus(within?: RefObject<Element | null>): void {
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(() => {
    const place = within?.current;
    return () => {
      if (place !== undefined && place?.contains(document.activeElement) !== true) return;
      const back = () => {
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
      };
      back();
      // What is to have it may not be shown before all of the picture has changed. Nothing is taken from who has it by then.
      queueMicrotask(() => {
        if (document.activeElement === null || document.activeElement === document.body) back();
      });
    };
  }, [opener, within]);
}
