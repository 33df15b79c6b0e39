import { useEffect, useState } from 'react';
import type { VerificationView } from '../../engine/contract.ts';
import { useCommand, useConversation } from '../duet.tsx';

export interface Verification {
  /** Null until it is there. */
  readonly view: VerificationView | null;
  /** The session was renewed since `view` was asked for, so its four emoji are of an earlier one. */
  readonly renewed: boolean;
  readonly refresh: () => void;
}

/**
 * Both fingerprints of the open conversation; asked anew when its trust or state changes, and not when its session is
 * renewed: two people who are comparing must not have the emoji change under their eyes (protocol.md 4.9).
 */
export function useVerification(accountId: string): Verification {
  const run = useCommand();
  const conversation = useConversation();
  const question =
    conversation && `${conversation.peer.accountId} ${conversation.trust} ${conversation.state}`;
  const [view, setView] = useState<VerificationView | null>(null);
  const [asked, setAsked] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the question changes, and only then.
  useEffect(() => {
    let current = question !== null;
    if (current) {
      void run(async (client) => {
        const answer = await client.verification({ accountId });
        if (current) setView(answer);
      });
    }
    return () => {
      current = false;
    };
  }, [question, asked]);

  const session = conversation?.session?.number ?? null;
  return {
    view,
    renewed: view !== null && view.sasSession !== null && session !== null && view.sasSession !== session,
    refresh: () => setAsked(asked + 1),
  };
}
