import { type RefObject, useLayoutEffect, useState } from 'react';

/**
 * Gives the focus back to what had it when this was opened. What was opened takes it by itself. `within`: only if the focus is in
 * there at the end, for what takes none and lets one go on elsewhere.
 */
export function useReturnFocus(within?: RefObject<Element | null>): void {
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(() => {
    const place = within?.current;
    return () => {
      if (place !== undefined && place?.contains(document.activeElement) !== true) return;
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [opener, within]);
}
