/**
 * What a browser holds in memory of a page and of its workers: JavaScript's heap, every buffer, the memory of WebAssembly
 * among them, and every file, which lies in no heap. Over the protocol of the developer tools, after a collection of garbage.
 */
import type { CDPSession, Page } from '@playwright/test';

type Params = Readonly<Record<string, unknown>>;

/** One heap. */
interface Thread {
  readonly name: string;
  send<T>(method: string, params?: Params): Promise<T>;
  /** Told of each piece of a snapshot. */
  onPiece: (piece: string) => void;
}

export interface Found {
  readonly thread: string;
  readonly words: string;
  /** Who holds it: from the string towards the root, or how many buffers have it. */
  readonly where: string;
}

/** The page, and each of its workers. */
export class Threads {
  private constructor(
    private readonly session: CDPSession,
    private readonly threads: Thread[],
  ) {}

  static async of(page: Page): Promise<Threads> {
    const session = await page.context().newCDPSession(page);
    const own: Thread = {
      name: 'page',
      send: (method, params) => session.send(method as 'Runtime.enable', params as never) as never,
      onPiece: () => undefined,
    };
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => own.onPiece(chunk));
    const threads = [own];
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') threads.push(workerOf(session, sessionId));
    });
    const found = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
    await session.send('Target.setAutoAttach', found);
    return new Threads(session, threads);
  }

  get names(): readonly string[] {
    return this.threads.map(({ name }) => name);
  }

  /** Where any of these words still is. Letters of ASCII only. */
  async search(words: readonly string[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const thread of this.threads) {
      for (const look of [inFiles, inBuffers, inHeap]) found.push(...(await look(thread, words)));
    }
    return found;
  }

  async close(): Promise<void> {
    await this.session.detach();
  }
}

/** A worker is spoken to through its page. */
function workerOf(session: CDPSession, sessionId: string): Thread {
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let last = 0;
  const worker: Thread = {
    name: 'worker',
    async send<T>(method: string, params: Params = {}) {
      last += 1;
      const id = last;
      const answer = new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
      });
      await session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      });
      return await answer;
    },
    onPiece: () => undefined,
  };
  session.on('Target.receivedMessageFromTarget', (event) => {
    if (event.sessionId !== sessionId) return;
    const { id, result, error, method, params } = JSON.parse(event.message);
    if (method === 'HeapProfiler.addHeapSnapshotChunk') worker.onPiece(params.chunk);
    const answer = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) answer?.resolve(result as never);
    else answer?.reject(new Error(`${JSON.stringify(error)}`));
  });
  return worker;
}

/** Runs in the thread, over everything of one kind that is there: how many of these buffers have the words. */
const counting = `function (words) {
  const forms = words.flatMap((text) => {
    const narrow = new TextEncoder().encode(text);
    return [{ text, bytes: narrow }, { text, bytes: Uint8Array.from([...narrow].flatMap((byte) => [byte, 0])) }];
  });
  const has = (bytes, part) => {
    for (let at = bytes.indexOf(part[0]); at >= 0; at = bytes.indexOf(part[0], at + 1)) {
      let same = 1;
      while (same < part.length && bytes[at + same] === part[same]) same += 1;
      if (same === part.length) return true;
    }
    return false;
  };
  const counts = {};
  for (const one of this) {
    const buffer = one instanceof ArrayBuffer ? one : one.buffer;
    if (buffer.detached) continue;
    const bytes = new Uint8Array(buffer);
    for (const { text, bytes: part } of forms) if (has(bytes, part)) counts[text] = (counts[text] ?? 0) + 1;
  }
  return { counts, seen: this.length };
}`;

/** The same over Blobs and Files, by what is in them and by their names. */
const countingFiles = `async function (words) {
  const counts = {};
  for (const one of this) {
    // A prototype is found among its own objects, and has nothing in it.
    if (Object.hasOwn(one, 'constructor')) continue;
    const text = one.name + '\\n' + new TextDecoder('latin1').decode(await one.arrayBuffer().catch(() => new ArrayBuffer(0)));
    for (const word of words) if (text.includes(word)) counts[word] = (counts[word] ?? 0) + 1;
  }
  return { counts, seen: this.length };
}`;

interface Counted {
  readonly counts: Readonly<Record<string, number>>;
  readonly seen: number;
}

/** What `count` says of all objects of this kind that something still holds. */
async function countIn(
  thread: Thread,
  kind: string,
  count: string,
  words: readonly string[],
): Promise<Counted> {
  const objectGroup = 'duet-search';
  const asked = { expression: `${kind}.prototype`, objectGroup };
  const { result } = await thread.send<{ result: { objectId: string } }>('Runtime.evaluate', asked);
  const all = { prototypeObjectId: result.objectId, objectGroup };
  const { objects } = await thread.send<{ objects: { objectId: string } }>('Runtime.queryObjects', all);
  const answer = await thread.send<{
    result: { value: Counted };
    exceptionDetails?: { exception?: { description?: string } };
  }>('Runtime.callFunctionOn', {
    functionDeclaration: count,
    objectId: objects.objectId,
    arguments: [{ value: words }],
    returnByValue: true,
    awaitPromise: true,
  });
  const failed = answer.exceptionDetails;
  if (failed !== undefined) throw new Error(`looking through ${kind}: ${failed.exception?.description}`);
  await thread.send('Runtime.releaseObjectGroup', { objectGroup });
  return answer.result.value;
}

const told = (thread: Thread, kind: string, { counts }: Counted): readonly Found[] =>
  Object.entries(counts).map(([text, count]) => ({
    thread: thread.name,
    words: text,
    where: `${count} x ${kind}`,
  }));

async function inFiles(thread: Thread, words: readonly string[]): Promise<readonly Found[]> {
  return told(thread, 'Blob', await countIn(thread, 'Blob', countingFiles, words));
}

async function inBuffers(thread: Thread, words: readonly string[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const kind of ['WebAssembly.Memory', 'ArrayBuffer', 'Uint8Array']) {
    const counted = await countIn(thread, kind, counting, words);
    if (thread.name === 'worker' && kind === 'WebAssembly.Memory' && counted.seen === 0)
      throw new Error('where is the memory of the core?');
    found.push(...told(thread, kind, counted));
  }
  return found;
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

async function inHeap(thread: Thread, words: readonly string[]): Promise<readonly Found[]> {
  await thread.send('HeapProfiler.enable');
  // What a collection frees may free more in the next one.
  for (const _ of [1, 2]) await thread.send('HeapProfiler.collectGarbage');
  const pieces: string[] = [];
  thread.onPiece = (piece) => pieces.push(piece);
  await thread.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  thread.onPiece = () => undefined;
  const whole = pieces.join('');
  const left = words.filter((text) => whole.includes(text));
  if (left.length === 0) return [];
  const heap = JSON.parse(whole) as Snapshot;
  return left.flatMap((text) =>
    holders(heap, text).map((where) => ({ thread: thread.name, words: text, where })),
  );
}

/** For each thing that has the words in its name: who holds it, and who holds that, the shortest way to the root. */
function holders({ snapshot: { meta }, nodes, edges, strings }: Snapshot, text: string): readonly string[] {
  const [size, edgeSize] = [meta.node_fields.length, meta.edge_fields.length];
  const field = (name: string) => meta.node_fields.indexOf(name);
  const [typeAt, nameAt, countAt] = [field('type'), field('name'), field('edge_count')];
  const count = nodes.length / size;
  const parent = new Int32Array(count).fill(-1);
  const through = new Int32Array(count).fill(-1);
  const first = new Int32Array(count + 1);
  for (let node = 0; node < count; node += 1)
    first[node + 1] = (first[node] ?? 0) + (nodes[node * size + countAt] ?? 0);
  const kinds = meta.edge_types[0];
  const line = [0];
  parent[0] = 0;
  for (const node of line) {
    for (let edge = first[node] ?? 0; edge < (first[node + 1] ?? 0); edge += 1) {
      if (kinds[edges[edge * edgeSize] ?? 0] === 'weak') continue;
      const to = (edges[edge * edgeSize + 2] ?? 0) / size;
      if (parent[to] !== -1) continue;
      parent[to] = node;
      through[to] = edge;
      line.push(to);
    }
  }
  const nameOf = (node: number) =>
    `${meta.node_types[0][nodes[node * size + typeAt] ?? 0]} ${strings[nodes[node * size + nameAt] ?? 0]}`.slice(
      0,
      60,
    );
  const edgeOf = (edge: number) => {
    const name = edges[edge * edgeSize + 1] ?? 0;
    const indexed = ['element', 'hidden'].includes(kinds[edges[edge * edgeSize] ?? 0] ?? '');
    return indexed ? `[${name}]` : `.${strings[name]}`;
  };
  const found: string[] = [];
  for (let node = 0; node < count; node += 1) {
    if (!strings[nodes[node * size + nameAt] ?? 0]?.includes(text)) continue;
    const way: string[] = [];
    for (let at = node; at > 0 && way.length < 25; at = parent[at] ?? 0)
      way.push(`${edgeOf(through[at] ?? 0)} of ${nameOf(parent[at] ?? 0)}`);
    found.push(`${nameOf(node)}: ${way.join(' < ')}`);
  }
  return found;
}
