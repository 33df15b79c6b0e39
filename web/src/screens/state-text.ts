import type { ConversationState } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { useApp } from './duet.tsx';

export interface StateWords {
  readonly label: (name: string) => string;
  readonly title: (name: string) => string;
  readonly hint: (name: string) => string;
}

/** The words for a state. A conversation that waits because one uses Duet elsewhere does not say that a line broke. */
export function useStateText(state: ConversationState): StateWords {
  const { t } = useWords();
  const replaced = useApp((app) => app.connection.state === 'replaced');
  return replaced && state === 'reconnecting' ? t.elsewhere : t.states[state];
}
