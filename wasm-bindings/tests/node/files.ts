/** What becomes of the package's own copy of a file's key, and of errors on the way. Each case runs in a worker thread of its own. */
import { test } from 'node:test';
import { fresh } from './thread.js';

/** Every copy of 32 bytes that the package makes: it takes `set` when it is loaded. */
const COPIES = `
  const { set } = Uint8Array.prototype;
  const copies = [];
  Uint8Array.prototype.set = function (...given) {
    if (this.length === 32) copies.push(this);
    return set.apply(this, given);
  };`;

/** What it throws, and whether a copy of the key was made and is wiped. */
const CASE = `
  const $ = await load('index.js');
  await $.ready();
  const key = new Uint8Array(32).fill(9);
  const { stream } = $.sealFile({ source: new Blob(['hello']), key });
  const sealed = new Blob([await new Response(stream).arrayBuffer()]);
  const wrong = new Blob([new Uint8Array(sealed.size)]);
  const outcome = async (work) => {
    copies.length = 0;
    const error = await named(new Promise((resolve) => resolve(work())));
    return [error, copies.length > 0 && copies.every((copy) => copy.every((byte) => byte === 0))];
  };
  const read = (stream) => stream.getReader().read();`;

function wiped(name: string, work: string, wanted: string): void {
  test(`files: the copy of a key is wiped ${name}`, async ({ assert }) => {
    const code = `${CASE} parentPort.postMessage(await outcome(async () => { ${work} }))`;
    assert.deepEqual(await fresh(COPIES, code), [wanted, true]);
  });
}

wiped('after a part', 'await $.openFileRange({ source: sealed, key, start: 0 })', 'went through');
wiped('after the first bytes of a stream', 'await read($.openFile({ source: sealed, key }))', 'went through');
wiped(
  'when a stream is aborted before it is read',
  `const stop = new AbortController();
   const opened = $.openFile({ source: sealed, key, signal: stop.signal });
   stop.abort();
   await read(opened);`,
  'AbortError',
);
wiped(
  'when a stream was aborted before it was made',
  'await read($.openFile({ source: sealed, key, signal: AbortSignal.abort() }))',
  'AbortError',
);
wiped(
  'when a stream is given up unread',
  'await $.openFile({ source: sealed, key }).cancel()',
  'went through',
);
wiped(
  'when the header of a stream is wrong',
  'await read($.openFile({ source: wrong, key }))',
  'E_FILE_COMMITMENT',
);
wiped(
  'when there is nothing to stream',
  'await read($.openFile({ source: new Blob([]), key }))',
  'E_FILE_TRUNCATED',
);
wiped(
  'when a part was aborted before',
  'await $.openFileRange({ source: sealed, key, start: 0, signal: AbortSignal.abort() })',
  'AbortError',
);
wiped(
  'when there is no such part',
  'await $.openFileRange({ source: sealed, key, start: 0, end: 99 })',
  'E_FILE_RANGE',
);
wiped(
  'when the header is wrong',
  'await $.openFileRange({ source: wrong, key, start: 0 })',
  'E_FILE_COMMITMENT',
);
wiped(
  'when the source cannot be read',
  `const broken = new Blob([await sealed.arrayBuffer()]);
   broken.slice = () => ({ arrayBuffer: () => Promise.reject({ name: 'NotReadableError' }) });
   await $.openFileRange({ source: broken, key, start: 0 });`,
  'E_FILE_SOURCE_CHANGED',
);

test('files: what went wrong is told, also when the producer cannot be', async ({ assert }) => {
  const code = `
    ${CASE}
    const source = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(sealed.size)),
      cancel: () => Promise.reject(new Error('nobody hears me')),
    });
    parentPort.postMessage(await named(read($.openFile({ source, key }))))`;
  assert.equal(await fresh(COPIES, code), 'E_FILE_COMMITMENT');
});
