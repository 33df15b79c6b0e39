import { type ReactNode, useRef } from 'react';
import { useReturnFocus } from './use-return-focus.ts';

/** Pages that stand in one place, one after the other. When the last of them goes, the focus goes back to what opened the first. */
export function ReturnFocus({ children }: { readonly children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useReturnFocus(place);
  return (
    <div ref={place} className="contents">
      {children}
    </div>
  );
}
