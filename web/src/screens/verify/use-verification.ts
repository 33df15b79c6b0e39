import { useEffect, useState } from 'react';
import type { VerificationView } from '../../engine/contract.ts';
import { useCommand, useConversation } from '../duet.tsx';

/** Both fingerprints of the open conversation; asked anew when its trust or state changes. Null until they are there. */
export function useVerification(): VerificationView | null {
  const run = useCommand();
  const conversation = useConversation();
  const question =
    conversation && `${conversation.peer.accountId} ${conversation.trust} ${conversation.state}`;
  const [view, setView] = useState<VerificationView | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the question changes, and only then.
  useEffect(() => {
    let current = question !== null;
    if (current) {
      void run(async (client) => {
        const answer = await client.verification();
        if (current) setView(answer);
      });
    }
    return () => {
      current = false;
    };
  }, [question]);

  return view;
}
