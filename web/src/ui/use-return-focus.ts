import { useLayoutEffect, useState } from 'react';

/** Gives the focus back to what had it when this was opened. What was opened takes it by itself. */
export function useReturnFocus(): void {
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    },
    [opener],
  );
}
