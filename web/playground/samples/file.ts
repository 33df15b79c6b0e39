import { type FileStreamOptions, openFile, ready, sealFile } from '@duet-chat/crypto';

/** A file of any size, sealed under a key of its own. Keep the key; the sealed file can lie anywhere. */
export async function seal(file: Blob, options: FileStreamOptions) {
  await ready();
  const { key, stream } = sealFile({ source: file, ...options });
  return { key, sealed: await collect(stream) };
}

/** Opens it. A changed, cut or swapped byte makes the stream fail. */
export async function open(sealed: Blob, key: Uint8Array, options: FileStreamOptions) {
  return await collect(openFile({ source: sealed, key, ...options }));
}

async function collect(stream: ReadableStream<BlobPart>) {
  const parts: BlobPart[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts);
    parts.push(value);
  }
}
