/** A small picture of one's own file, for the other side to see before the file is there. */
import type { FileKind } from '../../../engine/contract.ts';

/** What a descriptor can hold (protocol.md section 7.1). */
const MOST_BYTES = 16 * 1024;
/** Pixels, and how finely they are drawn: the first that fits is taken. */
const TRIES = [
  [480, 0.6],
  [320, 0.5],
  [200, 0.4],
  [120, 0.3],
] as const;

/** By what the platform says of one's own file. */
export function kindOfFile({ type }: File): FileKind {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  return type.startsWith('audio/') ? 'audio' : 'file';
}

/** Empty where there is none. */
export async function previewOf(source: Blob | ImageBitmap): Promise<Uint8Array> {
  const picture = source instanceof ImageBitmap ? source : await createImageBitmap(source).catch(() => null);
  if (picture === null) return new Uint8Array(0);
  for (const [edge, quality] of TRIES) {
    const blob = await drawn(picture, edge, quality);
    if (blob.size <= MOST_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return new Uint8Array(0);
}

async function drawn(picture: ImageBitmap, edge: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const [width, height] = [Math.ceil(picture.width * scale), Math.ceil(picture.height * scale)];
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  return await canvas.convertToBlob({ type: 'image/jpeg', quality });
}
