/**
 * What a conversation costs on the wire: the payload bytes of every WebSocket message of the real messenger, by what
 * people do. The relay's own envelope is counted apart, since a message crosses the relay twice.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '../e2e/support/fixtures.js';
import { payloadType } from '../e2e/support/hostile-relay.js';
import { meet, type Person } from '../e2e/support/person.js';

/** protocol.md section 9: SEND, and the bytes before its payload. */
const SEND = 0x43;
const SEND_HEADER = 66;

const TEXTS = 40;
const TYPING_SECONDS = 60;
const FILE_BYTES = 50 * 1024 * 1024;

interface Count {
  frames: number;
  bytes: number;
}

/** What passed since it was made. */
class Meter {
  readonly messages: Count = { frames: 0, bytes: 0 };
  readonly chunks: Count = { frames: 0, bytes: 0 };
  readonly up: Count = { frames: 0, bytes: 0 };
  readonly down: Count = { frames: 0, bytes: 0 };

  see(frame: Buffer, to: 'relay' | 'browser'): void {
    add(to === 'relay' ? this.up : this.down, frame.length);
    if (to !== 'relay' || frame[1] !== SEND) return;
    const bytes = frame.length - SEND_HEADER;
    if (frame[SEND_HEADER + 1] === payloadType.message) add(this.messages, bytes);
    if (frame[SEND_HEADER + 1] === payloadType.chunk) add(this.chunks, bytes);
  }
}

function add(count: Count, bytes: number): void {
  count.frames += 1;
  count.bytes += bytes;
}

const said = ({ frames, bytes }: Count) => `${(bytes / 1000).toFixed(1)} KB in ${frames}`;

interface Measured {
  readonly alice: Person;
  readonly bob: Person;
  readonly meter: Meter;
}

/** Two people in a secure conversation, from whose first quiet moment on everything is counted. */
const test = base.extend<{ measured: Measured }>({
  measured: async ({ stage }, use, { title }) => {
    const through = stage.hostile.port;
    const alice = await stage.person('alice', { through });
    const bob = await stage.person('bob', { through });
    await alice.register();
    await bob.register();
    await meet(alice, bob);
    await exchange(alice, bob, 'settled');
    const meter = new Meter();
    stage.hostile.watch = (frame, to) => meter.see(frame, to);
    await use({ alice, bob, meter });
    const { messages, chunks, up, down } = meter;
    process.stdout.write(
      `${title}: messages ${said(messages)}, chunks ${said(chunks)}, to the relay ${said(up)}, from it ${said(down)}\n`,
    );
  },
});

async function exchange(from: Person, to: Person, text: string): Promise<void> {
  await from.say(text);
  await expect(to.message(text)).toBeVisible();
  await expect(from.message(text)).toHaveAttribute('data-status', 'read');
}

test(`${TEXTS} texts, each read before the next, with the typing notices of a quick hand`, async ({
  measured: { alice, bob },
}) => {
  for (let i = 0; i < TEXTS; i += 1) {
    const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice];
    await exchange(from, to, `text number ${i}`);
  }
});

test(`${TYPING_SECONDS} seconds of typing`, async ({ measured: { alice, bob } }) => {
  await alice.at('composer-input').click();
  // Two letters a second, as far as the machine keeps up.
  const end = Date.now() + TYPING_SECONDS * 1000;
  while (Date.now() < end) await alice.page.keyboard.type('ab', { delay: 500 });
  await alice.at('composer-input').blur();
  await expect(bob.page.getByText('is typing')).toBeHidden();
});

test(`a file of ${FILE_BYTES / 1024 / 1024} MiB`, async ({ measured: { alice, bob } }) => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-perf-'));
  const path = join(folder, 'fifty.bin');
  // Quickly: everything passes through this process, and a line that is silent for 25 s is dead.
  await writeFile(path, randomBytes(FILE_BYTES));
  await alice.attach(path);
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'done');
  await rm(folder, { recursive: true });
});
