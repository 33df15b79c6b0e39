import type { ConversationState } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { useApp } from './duet.tsx';

export interface StateWords {
  readonly label: (name: string) => string;
  readonly title: (name: string) => string;
  readonly hint: (name: string) => string;
}

/** The words for a state. A conversation that waits says for whom: one's own line, the other's, or oneself, who uses Duet elsewhere. */
export function useStateText(state: ConversationState): StateWords {
  const { t } = useWords();
  const connection = useApp((app) => app.connection.state);
  if (state !== 'reconnecting') return t.states[state];
  if (connection === 'replaced') return t.elsewhere;
  return connection === 'online' ? t.unheard : t.states.reconnecting;
}
