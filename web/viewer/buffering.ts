/** A file, part by part, into the buffers of a `MediaSource`. */
import type { Arriving } from './arriving.ts';
import { once } from './player.ts';

/** Bytes that are taken at once: little enough for a first picture to come early. */
const PART = 128 * 1024;

/** Adds bytes to what is buffered, and waits until they are. */
export async function append(buffer: SourceBuffer, bytes: ArrayBuffer): Promise<void> {
  const taken = once(buffer, 'updateend');
  buffer.appendBuffer(bytes);
  await taken;
}

/** Each part of the file, in order. */
export async function* parts(
  arriving: Arriving,
): AsyncGenerator<{ readonly at: number; readonly bytes: ArrayBuffer }> {
  for (let at = 0; ; ) {
    const bytes = await arriving.read(at, PART);
    if (bytes === null) return;
    yield { at, bytes };
    at += bytes.byteLength;
  }
}

/** @throws TypeError where this browser cannot play it by parts. */
export function bufferFor(source: MediaSource, type: string): SourceBuffer {
  if (!MediaSource.isTypeSupported(type)) throw new TypeError(`no parts of ${type}`);
  return source.addSourceBuffer(type);
}
