import type { ConversationState } from '../../engine/contract.ts';

/** How a state is drawn, wherever it is. Words stand beside it everywhere. */
export interface Look {
  /** `together` and `apart` are pairs; `gone` is the other alone, dashed. */
  readonly shape: 'together' | 'apart' | 'gone';
  readonly line: 'whole' | 'apart' | 'over';
}

const calling: Look = { shape: 'apart', line: 'apart' };
const over: Look = { shape: 'gone', line: 'over' };

export const looks: Readonly<Record<ConversationState, Look>> = {
  'ringing-out': calling,
  establishing: calling,
  secure: { shape: 'together', line: 'whole' },
  // The line is what is missing, and it is looked for.
  reconnecting: { shape: 'apart', line: 'apart' },
  leaving: over,
  'blocked-key-changed': over,
  'peer-offline': over,
  'peer-disconnected': over,
  declined: over,
  busy: over,
  'no-answer': over,
  failed: over,
  expired: over,
  'peer-silent': over,
  left: over,
  'line-dropped': over,
};
