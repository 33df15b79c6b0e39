/** Files: sealed by one engine, opened by the other; every border, every kind of damage. */
import {
  createIncomingFile,
  createOutgoingFile,
  type EngineName,
  openFile,
  openFileRange,
  type Progress,
  randomBytes,
  sealedSize,
  sealFile,
} from '@duet-chat/crypto';
import { scriptedSeal } from '@duet-chat/crypto/testing';
import {
  assert,
  collect,
  concat,
  equal,
  hex,
  pairs,
  pattern,
  refused,
  type Suite,
  sameBytes,
  type Test,
} from '../harness.js';

const CHUNK = 16_384;
const STEP = 64 * CHUNK;

/** Around every border: empty, one chunk, one step, and each side of them. */
const SIZES = [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, STEP - 1, STEP, STEP + 1, 2 * STEP + 77];

/** A stream that gives bytes in pieces of odd sizes. */
function pieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function sealed(content: Uint8Array<ArrayBuffer>, key: Uint8Array, engine: EngineName) {
  return collect(sealFile({ source: new Blob([content]), key, engine }).stream);
}

export const files: Suite = ({ engines }) => {
  const tests: Test[] = [];
  const add = (name: string, run: () => Promise<void>) => tests.push({ name, run });

  // AES-GCM of the module is ours where there is SIMD: three runs of eight blocks, whole and not.
  if (engines.length > 1) {
    add('every length up to 400 is sealed alike by both engines', async () => {
      const [key, salt] = [randomBytes(32), randomBytes(24)];
      const content = randomBytes(400);
      for (let length = 0; length <= content.length; length++) {
        const source = new Blob([content.subarray(0, length)]);
        const [one, other] = await Promise.all(
          engines.map((engine) => collect(scriptedSeal({ source, key, salt, engine }).stream)),
        );
        assert(one !== undefined && other !== undefined, 'two engines');
        sameBytes(one, other, `${length} bytes`);
      }
    });
  }

  for (const [sealing, opening] of pairs(engines)) {
    add(`whole files, sealed by ${sealing}, opened by ${opening}`, async () => {
      for (const size of SIZES) {
        const content = pattern(size, size + 1);
        const file = sealFile({ source: new Blob([content]), engine: sealing });
        const bytes = await collect(file.stream);
        equal([bytes.length, file.size()], [sealedSize(size), sealedSize(size)], 'sealed size');
        equal(hex(bytes.subarray(0, 24)), hex(file.salt), 'salt');
        const opened = await collect(openFile({ source: new Blob([bytes]), key: file.key, engine: opening }));
        sameBytes(opened, content, `content of ${size} bytes`);
      }
    });

    add(`streams, sealed by ${sealing}, opened by ${opening}`, async () => {
      const content = pattern(STEP + 5);
      const key = randomBytes(32);
      const context = randomBytes(9);
      const file = sealFile({ source: pieces(content, 10_007), key, context, engine: sealing });
      equal(file.size(), undefined);
      const bytes = await collect(file.stream);
      const opened = await collect(
        openFile({ source: pieces(bytes, 333_333), key, context, engine: opening }),
      );
      sameBytes(opened, content);
    });

    add(`transfers, sealed by ${sealing}, opened by ${opening}`, async () => {
      for (const size of [0, 1, 4096, STEP, 2 * STEP + 1]) {
        const content = pattern(size, 3);
        const source = new Blob([content]);
        const outgoing = createOutgoingFile({ source, name: 'a', mediaType: 'text/plain', engine: sealing });
        const incoming = createIncomingFile({ descriptor: outgoing.descriptor, engine: opening });
        equal(
          [incoming.size, incoming.chunks, hex(incoming.fid)],
          [size, outgoing.chunks, hex(outgoing.fid)],
        );
        equal(outgoing.chunks >= size / CHUNK, true);
        // In any order, in frames of any length, and twice: a resumed transfer asks again.
        for (const each of [64, 7, 1]) {
          const received = new Uint8Array(size);
          const starts = [...Array(Math.ceil(outgoing.chunks / each)).keys()].map((part) => part * each);
          for (const index of [...starts, 0].reverse()) {
            const count = Math.min(each, outgoing.chunks - index);
            const part = await incoming.open(await outgoing.frame(index, count));
            equal([part.index, part.count, part.last], [index, count, index + count === outgoing.chunks]);
            received.set(part.bytes, part.offset);
          }
          sameBytes(received, content, `content of ${size} bytes in frames of ${each} chunks`);
        }
      }
    });
  }

  for (const engine of engines) {
    add(`parts of a sealed file (${engine})`, async () => {
      const content = pattern(2 * STEP + 77);
      const key = randomBytes(32);
      const source = new Blob([await sealed(content, key, engine)]);
      const ends = [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        STEP,
        STEP + CHUNK,
        content.length - 1,
        content.length,
      ];
      for (const start of ends) {
        for (const end of ends.filter((position) => position >= start)) {
          const part = await openFileRange({ source, key, start, end, engine });
          sameBytes(part, content.subarray(start, end), `range ${start} to ${end}`);
        }
      }
      sameBytes(await openFileRange({ source, key, start: STEP, engine }), content.subarray(STEP));
      await refused('E_FILE_RANGE', () =>
        openFileRange({ source, key, start: 0, end: content.length + 1, engine }),
      );
      await refused('E_ARGUMENT', () => openFileRange({ source, key, start: 5, end: 4, engine }));
      // A part of a file that was cut off proves nothing, even if the part itself is there.
      const cut = source.slice(0, 56 + 64 * (CHUNK + 16) + 100);
      await refused('E_FILE_DECRYPT', () => openFileRange({ source: cut, key, start: 0, end: 10, engine }));
      const clean = source.slice(0, 56 + 64 * (CHUNK + 16));
      await refused('E_FILE_TRUNCATED', () =>
        openFileRange({ source: clean, key, start: 0, end: 10, engine }),
      );
    });

    add(`damage is refused and stays refused (${engine})`, async () => {
      const content = pattern(STEP + 3 * CHUNK);
      const [key, context] = [randomBytes(32), new Uint8Array(0)];
      const bytes = await sealed(content, key, engine);
      const chunk = (index: number) =>
        bytes.subarray(56 + index * (CHUNK + 16), 56 + (index + 1) * (CHUNK + 16));
      const flipped = (at: number) => {
        const copy = bytes.slice();
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      };
      const head = bytes.subarray(0, 56);
      const cases: [string, Uint8Array<ArrayBuffer>, string][] = [
        ['salt', flipped(3), 'E_FILE_COMMITMENT'],
        ['commitment', flipped(30), 'E_FILE_COMMITMENT'],
        ['first chunk', flipped(60), 'E_FILE_DECRYPT'],
        ['last tag', flipped(bytes.length - 1), 'E_FILE_DECRYPT'],
        ['second step', flipped(56 + 65 * (CHUNK + 16)), 'E_FILE_DECRYPT'],
        ['cut inside a chunk', bytes.slice(0, bytes.length - 5), 'E_FILE_TRUNCATED'],
        ['cut at a chunk', bytes.slice(0, 56 + 3 * (CHUNK + 16)), 'E_FILE_TRUNCATED'],
        ['cut at a step', bytes.slice(0, 56 + 64 * (CHUNK + 16)), 'E_FILE_TRUNCATED'],
        ['cut in the header', bytes.slice(0, 40), 'E_FILE_TRUNCATED'],
        ['nothing', new Uint8Array(0), 'E_FILE_TRUNCATED'],
        [
          'chunks swapped',
          concat(head, chunk(1), chunk(0), bytes.subarray(56 + 2 * (CHUNK + 16))),
          'E_FILE_DECRYPT',
        ],
        ['a chunk twice', concat(head, chunk(0), bytes.subarray(56)), 'E_FILE_DECRYPT'],
        ['bytes appended', concat(bytes, new Uint8Array(7)), 'E_FILE_DECRYPT'],
      ];
      for (const [what, damaged, code] of cases) {
        for (const source of [new Blob([damaged]), pieces(damaged, 70_001)]) {
          const attempt = async () => collect(openFile({ source, key, context, engine }));
          // A Blob's size is checked before anything is read, so some damage shows earlier there.
          const error = await refusedFile(attempt, what);
          assert(source instanceof Blob || error === code, `${what}: found ${error}, wanted ${code}`);
        }
      }
      const reader = openFile({ source: new Blob([flipped(60)]), key, engine }).getReader();
      for (let time = 0; time < 3; time++) await refused('E_FILE_DECRYPT', () => reader.read());
      const other = { source: new Blob([bytes]), engine };
      await refused('E_FILE_COMMITMENT', () => collect(openFile({ ...other, key: randomBytes(32) })));
      await refused('E_FILE_COMMITMENT', () =>
        collect(openFile({ ...other, key, context: new Uint8Array(1) })),
      );
    });

    add(`progress, and cancelling (${engine})`, async () => {
      const content = pattern(3 * STEP + 1);
      const reports: Progress[] = [];
      const onProgress = (progress: Progress) => reports.push(progress);
      const file = sealFile({ source: new Blob([content]), engine, onProgress });
      const bytes = await collect(file.stream);
      equal(reports.at(-1), { done: content.length, total: content.length });
      equal(reports.length, 4);

      const controller = new AbortController();
      const { signal } = controller;
      const seen: Progress[] = [];
      const opening = openFile({
        source: new Blob([bytes]),
        key: file.key,
        engine,
        signal,
        onProgress: (p) => seen.push(p),
      });
      const reader = opening.getReader();
      await reader.read();
      const reason = new Error('enough');
      controller.abort(reason);
      const error = await reader.read().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert(error === reason, 'the reason of the signal');
      assert(seen.length < 4, 'it went no further');

      const outgoing = createOutgoingFile({ source: new Blob([content]), name: 'a', mediaType: '', engine });
      const aborted = AbortSignal.abort(reason);
      const thrown = await outgoing.frame(0, 1, { signal: aborted }).then(
        () => undefined,
        (why: unknown) => why,
      );
      assert(thrown === reason, 'the reason of the signal');

      // Whoever stops reading stops the producer.
      let cancelled: unknown;
      const producer = new ReadableStream<Uint8Array>({
        pull: (stream) => stream.enqueue(pattern(100_000)),
        cancel: (why) => {
          cancelled = why;
        },
      });
      await sealFile({ source: producer, engine }).stream.cancel('bored');
      equal(cancelled, 'bored');
    });

    add(`a transfer refuses foreign and misfitting frames, and ends with free() (${engine})`, async () => {
      const source = new Blob([pattern(STEP + 9)]);
      const outgoing = createOutgoingFile({ source, name: 'a', mediaType: '', engine });
      const other = createOutgoingFile({ source, name: 'a', mediaType: '', engine });
      const incoming = createIncomingFile({
        descriptor: { ...outgoing.descriptor, key: outgoing.descriptor.key.slice() },
        engine,
      });
      const rest = outgoing.chunks - 64;
      const frame = await outgoing.frame(64, rest);
      await refused('E_FILE_ID', async () => incoming.open(await other.frame(64, rest)));
      await refused('E_FILE_CHUNK', () => incoming.open(frame.subarray(0, frame.length - 1)));
      const flipped = frame.slice();
      flipped[50] = (flipped[50] ?? 0) ^ 1;
      await refused('E_FILE_DECRYPT', () => incoming.open(flipped));
      equal((await incoming.open(frame)).bytes.length, 9);
      for (const [index, count] of [
        [outgoing.chunks, 1],
        [64, rest + 1],
        [0, 0],
        [0, 65],
        [-1, 1],
      ] as const) {
        await refused('E_ARGUMENT', () => outgoing.frame(index, count));
      }
      outgoing.free();
      equal(hex(outgoing.descriptor.key), '00'.repeat(32), 'the key is wiped');
      await refused('E_FREED', () => outgoing.frame(0, 1));
      incoming.free();
      await refused('E_FREED', () => incoming.open(frame));
    });

    add(`a source that changes is noticed (${engine})`, async () => {
      let version = 1;
      let reads = 0;
      // What a file does that is rewritten while it is sent: the same size, other bytes.
      const size = 6 * STEP;
      const source = new Blob([new Uint8Array(size)]);
      source.slice = (start = 0, end = size) => {
        reads += 1;
        return new Blob([pattern(size, version).subarray(start, end)]);
      };
      const outgoing = createOutgoingFile({ source, name: 'a', mediaType: '', engine });
      const first = await outgoing.frame(0, 2);
      version = 2;
      equal(hex(await outgoing.frame(0, 2)), hex(first), 'a frame that is sent again is the same');
      // It is read by the megabyte, and a few of them are kept: the first is read anew after so many others.
      for (let step = 1; step <= 5; step++) await outgoing.frame(64 * step, 1);
      equal(reads, 6);
      // Whatever the frame: one chunk of it was sealed before.
      for (const [index, count] of [
        [0, 2],
        [0, 1],
        [1, 2],
      ] as const) {
        await refused('E_FILE_SOURCE_CHANGED', () => outgoing.frame(index, count));
      }
      source.slice = () => new Blob([new Uint8Array(7)]);
      await refused('E_FILE_SOURCE_CHANGED', () => outgoing.frame(64 * 2, 1));
    });
  }
  return tests;
};

async function refusedFile(attempt: () => Promise<unknown>, what: string): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    return (error as { code: string }).code;
  }
  throw new Error(`${what}: it went through`);
}
