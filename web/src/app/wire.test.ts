import { expect, test } from 'vitest';
import { BOB, createFakeEngine } from '../engine/fake.ts';
import { setWriting } from '../screens/memory.ts';
import { createDuet } from './wire.ts';

test('what was being said to a message waits while another conversation is in front, and goes when its own is over', async () => {
  const engine = createFakeEngine({ script: false, stage: 'ready' });
  const { duet } = createDuet(engine);
  await engine.start({ mode: 'auto' });
  await engine.openChat(BOB);
  engine.setState('secure');
  const edit = { what: 'edit', id: 'm0', text: 'half of it' } as const;
  const writing = () => duet.memory.getState().writing.get(BOB.accountId);
  setWriting(duet.memory, BOB.accountId, edit);
  // As another one comes to the screen.
  engine.emit({ type: 'messages-cleared' });
  engine.emit({ type: 'conversation', conversation: null });
  expect(writing()).toEqual(edit);
  engine.setState('peer-disconnected');
  expect(writing()).toBeUndefined();
});
