import { useEffect, useState } from 'react';
import type { InvitationView } from '../../engine/contract.ts';
import { useDuet, useMemory } from '../duet.tsx';

export interface OpenedInvitation extends InvitationView {
  readonly text: string;
}

/** The invitation that this page was opened with. What is none is put away. */
export function useInvitation(): OpenedInvitation | null {
  const { client, memory } = useDuet();
  const text = useMemory(({ invitation }) => invitation);
  const [read, setRead] = useState<OpenedInvitation | null>(null);
  useEffect(() => {
    if (text === null) return;
    let current = true;
    client.readInvitation({ text }).then(
      (view) => {
        if (!current) return;
        if (view === null) memory.setState({ invitation: null });
        else setRead({ ...view, text });
      },
      // Only a worker that is gone: it is told as such.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [client, memory, text]);
  return read?.text === text ? read : null;
}
