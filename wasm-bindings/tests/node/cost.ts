/** What makes a file slow where it is counted instead of timed: timers, waits of the socket, reads and copies. */
import { mock, test } from 'node:test';
import { assert, equal } from '../harness.js';

/** A module of the package that is nobody's to import but its own. */
const inside = <Module>(path: string): Promise<Module> =>
  import(new URL(`../../../dist/${path}`, import.meta.url).href) as Promise<Module>;

const { Alarm } = await inside<typeof import('../../dist/client/timing.js')>('client/timing.js');
const { BlobReader } = await inside<typeof import('../../dist/files/source.js')>('files/source.js');
const { Outbox } = await inside<typeof import('../../dist/relay/outbox.js')>('relay/outbox.js');

const MEBIBYTE = 1024 * 1024;

/** Time that passes when `pass` is called, for timers and for the package's clock alike; `started` counts the timers. */
function withTime(run: (pass: (ms: number) => void, started: () => number) => void): void {
  mock.timers.enable({ apis: ['setTimeout'] });
  const timers = mock.method(globalThis, 'setTimeout', globalThis.setTimeout);
  let time = 0;
  const clock = mock.method(performance, 'now', () => time);
  const pass = (ms: number) => {
    for (const end = time + ms; time < end; ) {
      time += 1;
      mock.timers.tick(1);
    }
  };
  try {
    run(pass, () => timers.mock.callCount());
  } finally {
    timers.mock.restore();
    clock.mock.restore();
    mock.timers.reset();
  }
}

test('cost: one timer serves a thousand inputs that put the next look off', () => {
  withTime((pass, started) => {
    let looks = 0;
    const alarm = new Alarm(() => {
      looks += 1;
    });
    const due = (ms: number) => alarm.set(performance.timeOrigin + ms);
    for (let input = 0; input < 1_000; input += 1) due(100 + input);
    equal(started(), 1, 'timers');
    pass(1_098);
    equal(looks, 0, 'looks before it is due');
    pass(1);
    equal(looks, 1, 'looks when it is due');
    equal(started(), 2, 'timers, with the one for the rest');
  });
});

test('cost: a look that is due earlier comes earlier, and one that is not due any more does not come', () => {
  withTime((pass) => {
    let looks = 0;
    const alarm = new Alarm(() => {
      looks += 1;
    });
    alarm.set(performance.timeOrigin + 1_000);
    alarm.set(performance.timeOrigin + 10);
    pass(10);
    equal(looks, 1, 'looks');
    alarm.set(performance.timeOrigin + 20);
    alarm.set(undefined);
    alarm.set(performance.timeOrigin + 40);
    alarm.clear();
    alarm.soon();
    alarm.set(performance.timeOrigin + 1_000);
    pass(900);
    equal(looks, 1, 'looks, put off since');
    pass(90);
    equal(looks, 2, 'looks, when it was due');
  });
});

/** A socket that keeps what it is given. */
class Sink {
  bufferedAmount = 0;
  sent = 0;
  send(frame: Uint8Array) {
    this.bufferedAmount += frame.length;
    this.sent += 1;
  }
}

test('cost: a socket that holds less than a frame gets the next one without waiting', () => {
  const sink = new Sink();
  const outbox = new Outbox(sink);
  for (let frame = 0; frame < 4; frame += 1) outbox.send(new Uint8Array(MEBIBYTE), 'chunk');
  equal(sink.sent, 1, 'frames in the socket at first');
  sink.bufferedAmount -= 1;
  outbox.send(new Uint8Array(MEBIBYTE), 'chunk');
  equal(sink.sent, 2, 'frames in the socket as soon as it holds less than one');
  outbox.clear();
});

test('cost: short frames wait while the socket holds 64 KiB, for a text goes before them', () => {
  const sink = new Sink();
  const outbox = new Outbox(sink);
  for (let frame = 0; frame < 8; frame += 1) outbox.send(new Uint8Array(16_505), 'chunk');
  equal(sink.sent, 4, 'frames in the socket');
  outbox.send(new Uint8Array(100), 'message');
  equal(sink.sent, 5, 'and the text');
  outbox.clear();
});

test('cost: a file is read once, by the megabyte, and what lies in one is not copied', async () => {
  const file = new Blob([crypto.getRandomValues(new Uint8Array(65_536)), new Uint8Array(2 * MEBIBYTE)]);
  const slices = mock.method(file, 'slice');
  const reader = new BlobReader(file);
  const first = await reader.read(0, 65_536);
  const second = await reader.read(65_536, MEBIBYTE);
  assert(first.buffer === second.buffer, 'two parts of a megabyte are views of it');
  const across = await reader.read(MEBIBYTE - 10, MEBIBYTE + 10);
  equal(across.length, 20, 'bytes across two of them');
  equal((await reader.read(file.size, file.size)).length, 0, 'bytes at the end');
  equal(slices.mock.callCount(), 3, 'reads');
});
