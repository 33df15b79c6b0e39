import { type RefObject, useLayoutEffect, useState } from 'react';

/**
 * Gives the focus back to what had it when this was opened, unless something else has taken it by then. What was opened takes it by
 * itself. `within`: only if the focus was in there at the end, for what takes none and lets one go on elsewhere.
 */
export function useReturnFocus(within?: RefObject<Element | null>): void {
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(() => {
    const place = within?.current;
    return () => {
      if (place !== undefined && place?.contains(document.activeElement) !== true) return;
      // After all of this change of the picture: what is to have the focus may not be shown yet.
      queueMicrotask(() => {
        const free = document.activeElement === null || document.activeElement === document.body;
        if (free && opener instanceof HTMLElement && opener.isConnected)
          opener.focus({ preventScroll: true });
      });
    };
  }, [opener, within]);
}
