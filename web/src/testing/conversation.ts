import type { ConversationView, MessageView, TransferView } from '../engine/contract.ts';
import { BOB } from '../engine/fake.ts';
import { PLAIN } from '../engine/media-view.ts';

export const conversationWithBob = (more: Partial<ConversationView> = {}): ConversationView => ({
  peer: BOB,
  state: 'secure',
  trust: 'first-use',
  peerActivity: 'none',
  refusedFrames: 0,
  endedAbruptly: false,
  writable: 'yes',
  earlyDropped: 0,
  session: null,
  ...more,
});

export const textMessage = (more: Partial<MessageView> & { text?: string } = {}): MessageView => {
  const { text = 'hello', ...rest } = more;
  const body = { kind: 'text', text, reply: null, versions: [], changedAt: null } as const;
  const fate = { status: 'delivered', unconfirmed: false, session: 1, act: null, reactions: [] } as const;
  return { id: 'm0', mine: true, seq: 0, at: 0, ...fate, body, ...rest };
};

export const fileTransfer = (more: Partial<TransferView> = {}): TransferView => ({
  fid: 'f0',
  name: 'report.pdf',
  mediaType: 'application/pdf',
  size: 1024 * 1024,
  done: 0,
  state: 'transferring',
  pausedBy: [],
  seen: false,
  ...PLAIN,
  ...more,
});
