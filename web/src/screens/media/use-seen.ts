import { type RefObject, useCallback, useEffect } from 'react';
import type { TransferView } from '../../engine/contract.ts';
import { useTalkId } from '../chat/chat-ui.ts';
import { useCommand } from '../duet.tsx';

/** Tells the sender of a file, once, that it was seen. Of one's own file, and of one that is not whole, nothing is told. */
export function useTellSeen({ fid, state, seen }: TransferView, mine: boolean): () => void {
  const run = useCommand();
  const accountId = useTalkId();
  const due = !mine && !seen && state === 'done';
  return useCallback(() => {
    if (due) void run((client) => client.markSeen({ accountId, fid }));
  }, [due, accountId, fid, run]);
}

/** Half of it, as one sees it. */
const ENOUGH = 0.5;

/** Calls `seen` when the element is in view of a page that is looked at; null: nothing is to be seen yet. */
export function useInView(element: RefObject<Element | null>, seen: (() => void) | null): void {
  useEffect(() => {
    const target = element.current;
    if (target === null || seen === null) return;
    let inView = false;
    const look = () => {
      if (inView && document.visibilityState === 'visible') seen();
    };
    const observer = new IntersectionObserver(
      ([entry]) => {
        inView = entry?.isIntersecting === true;
        look();
      },
      { threshold: ENOUGH },
    );
    observer.observe(target);
    document.addEventListener('visibilitychange', look);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [element, seen]);
}
