/** file.json and file_reject.json. */
import { createIncomingFile, type EngineName, openFile, openFileRange } from '@duet-chat/crypto';
import { scriptedOutgoingFile, scriptedSeal } from '@duet-chat/crypto/testing';
import { assert, collect, concat, equal, hex, sameBytes, unhex } from '../harness.js';
import { type Case, outcome, type Runners } from './case.js';
import { descriptorFromVector } from './content.js';
import { large, sha256 } from './data.js';

export const file: Runners = {
  cobblestone: async (test, _, engine) => {
    const [key, salt, context] = [unhex(test.key), unhex(test.salt), unhex(test.context)];
    const content = await large(test.content);
    const sealed = scriptedSeal({ source: new Blob([content]), key, salt, context, engine });
    const bytes = await collect(sealed.stream);
    equal(bytes.length, test.len, 'length');
    equal(sealed.size(), test.len, 'size()');
    equal(hex(bytes.subarray(24, 56)), test.commitment, 'commitment');
    equal(await sha256(bytes), test.sha256, 'SHA-256');
    const source = new Blob([bytes]);
    sameBytes(await collect(openFile({ source, key, context, engine })), content, 'opened');
    const [start, end] = [Math.floor(content.length / 3), Math.ceil(content.length / 2)];
    const part = await openFileRange({ source, key, context, engine, start, end });
    sameBytes(part, content.subarray(start, end), 'range');
  },
  file: async (test, _, engine) => {
    const content = await large(test.content);
    const descriptor = descriptorFromVector(test.descriptor);
    const outgoing = scriptedOutgoingFile({
      source: new Blob([content]),
      name: descriptor.name,
      mediaType: descriptor.mediaType,
      key: descriptor.key,
      salt: descriptor.salt,
      engine,
    });
    equal(hex(outgoing.fid), test.fid, 'fid');
    equal(outgoing.chunks, test.chunks, 'chunks');
    const incoming = createIncomingFile({ descriptor, engine });
    equal(hex(incoming.fid), test.fid, 'fid');
    const received = new Uint8Array(content.length);
    for (const run of test.frames) {
      const frame = await outgoing.frame(run.index, run.count);
      equal(frame.length, run.len, 'length of the frame');
      equal(hex(frame.subarray(0, 39)), run.header, 'head');
      equal(await sha256(frame), run.sha256, 'SHA-256 of the frame');
      const opened = await incoming.open(frame);
      equal([opened.index, opened.count, opened.last], [run.index, run.count, run.last], 'run');
      received.set(opened.bytes, opened.offset);
    }
    equal(await sha256(received), test.content_sha256, 'SHA-256 of the file');
    for (const range of test.ranges) {
      const part = received.subarray(range.offset, range.offset + range.len);
      equal(await sha256(part), range.sha256, 'SHA-256 of a range');
    }
  },
};

export const fileReject: Runners = {
  chunk: async (test, _, engine) => {
    const incoming = createIncomingFile({ descriptor: descriptorFromVector(test.descriptor), engine });
    const frame = await pieced(test, engine);
    equal(await sha256(frame), test.frame_sha256, 'SHA-256 of the frame');
    await outcome(test, async () => {
      const opened = await incoming.open(frame);
      equal(
        [opened.index, opened.count, opened.last, opened.offset],
        [test.index, test.count, test.last, test.offset],
        'run',
      );
      equal(await sha256(opened.bytes), test.sha256, 'SHA-256');
    });
  },
};

/** A frame that is put together from pieces of honest ones. */
async function pieced(test: Case, engine: EngineName): Promise<Uint8Array<ArrayBuffer>> {
  const honest = new Map<string, ReturnType<typeof scriptedOutgoingFile>>();
  for (const file of test.files) {
    const { name, mediaType, key, salt } = descriptorFromVector(file.descriptor);
    const source = new Blob([await large(file.content)]);
    honest.set(file.name, scriptedOutgoingFile({ source, name, mediaType, key, salt, engine }));
  }
  const parts: Uint8Array[] = [];
  for (const piece of test.pieces) {
    if (piece.hex !== undefined) {
      parts.push(unhex(piece.hex));
      continue;
    }
    const file = honest.get(piece.file);
    assert(file !== undefined, `unknown file ${piece.file}`);
    parts.push((await file.frame(piece.index, piece.count)).subarray(piece.from, piece.to));
  }
  return concat(...parts);
}
