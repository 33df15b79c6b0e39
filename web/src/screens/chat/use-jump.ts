import { useEffect } from 'react';
import { useChatUi, useUi } from './chat-ui.ts';

/** As long as the eye needs to find it. */
const LIT_MS = 1_600;

/** Goes to the message that was asked for, and lets it shine. `go`: false if it is not there. */
export function useJump(go: (id: string) => boolean): void {
  'use no memo';
  const ui = useChatUi();
  const target = useUi((state) => state.target);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each target is gone to once.
  useEffect(() => {
    if (target === null || !go(target.id)) return;
    ui.setState({ lit: target.id });
    const timer = setTimeout(
      () => ui.setState((before) => (before.lit === target.id ? { lit: null } : before)),
      LIT_MS,
    );
    return () => clearTimeout(timer);
  }, [target]);
}
