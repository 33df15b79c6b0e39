/** The package's messages as the vectors write them: bytes in hex. */
import type { Content, FileDescriptor } from '@duet-chat/crypto';
import { hex, unhex } from '../harness.js';

type Hexed<T> = { [Key in keyof T]: T[Key] extends Uint8Array ? string : T[Key] };

export function descriptorFromVector(written: Hexed<FileDescriptor>): FileDescriptor {
  const { key, salt, peaks, preview, ...rest } = written;
  return { ...rest, key: unhex(key), salt: unhex(salt), peaks: unhex(peaks), preview: unhex(preview) };
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of every content
export function contentFromVector(written: any): Content {
  if (written.type === 'file') return { ...written, descriptor: descriptorFromVector(written.descriptor) };
  if (written.type === 'fileControl') return { ...written, fid: unhex(written.fid) };
  return written;
}

export function contentToVector(content: Content): unknown {
  const text = JSON.stringify(content, (_, value) => (value instanceof Uint8Array ? hex(value) : value));
  return JSON.parse(text);
}
