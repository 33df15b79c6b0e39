import { useEffect, useRef } from 'react';
import { useDuet } from '../duet.tsx';

/** Somebody who has not touched a key for this long is thinking, not typing. */
const IDLE_MS = 5_000;

/** Tells the peer that one is typing; the engine spaces the frames out. Failures do not matter: it is a courtesy. */
export function useTyping(accountId: string, enabled: boolean): (typing: boolean) => void {
  const { client } = useDuet();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (!enabled) clearTimeout(timer.current);
    return () => clearTimeout(timer.current);
  }, [enabled]);

  return (typing) => {
    clearTimeout(timer.current);
    if (!enabled) return;
    const tell = (now: boolean) => client.setTyping({ accountId, typing: now }).catch(() => undefined);
    if (typing) timer.current = setTimeout(() => tell(false), IDLE_MS);
    void tell(typing);
  };
}
