/** What waits for the socket, by lane. A text never waits behind chunks: those go while the socket holds little. */
import type { Lane } from '../client/types.js';
import type { Bytes } from '../types.js';

/** The part of `WebSocket` that is written to. */
export interface Sink {
  readonly bufferedAmount: number;
  send(frame: Bytes): void;
}

/**
 * Chunks are handed to the socket while it holds less than this, or than the next frame of them: what is in the socket nothing can
 * overtake. A frame is as long as the line takes in a short while, so the socket of a fast line does not run dry until it is asked.
 */
const CHUNKS_BUFFERED = 64 * 1024;
/** A socket does not say when its buffer empties, so it is asked. */
const POLL_MS = 5;

export class Outbox {
  readonly #sink: Sink;
  readonly #chunks: Bytes[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  send(frame: Bytes, lane: Lane): void {
    switch (lane) {
      case 'control':
      case 'message':
        this.#sink.send(frame);
        return;
      case 'chunk':
        this.#chunks.push(frame);
        this.#flush();
        return;
      default:
        lane satisfies never;
    }
  }

  /** The socket is gone, and what waited with it: the core wants it again. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#chunks.length = 0;
  }

  #flush(): void {
    for (let [next] = this.#chunks; next !== undefined; [next] = this.#chunks) {
      if (this.#sink.bufferedAmount >= Math.max(CHUNKS_BUFFERED, next.length)) break;
      this.#chunks.shift();
      this.#sink.send(next);
    }
    if (this.#chunks.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, POLL_MS);
  }
}
