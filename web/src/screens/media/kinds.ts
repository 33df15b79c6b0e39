/** What a file is, by its bytes: its name and its type are the sender's word. */
import type { Shape } from '../../../viewer/messages.ts';
import type { TransferView } from '../../engine/contract.ts';

/** As much as has to be looked at. Bytes. */
export const SNIFFED = 4096;

export interface Kind {
  readonly shape: Shape;
  readonly mediaType: string;
}

/** What a file is said to be and is not, where it would be shown as something else. */
export type Claim = 'image' | 'video' | 'audio' | 'pdf';

/** Types of what is text: of TypeScript, which systems take for a stream by its `.ts`, and of lists of what is to be played. */
const WRITTEN = /mp2t|mpeg-tts|mpegurl|scpls/i;

/** What it is said to be, if that is something to look at or to listen to. */
export function claimOf({ kind, mediaType }: Said): Claim | null {
  if (WRITTEN.test(mediaType)) return null;
  if (mediaType === 'application/pdf') return 'pdf';
  const [said] = mediaType.split('/');
  if (said === 'image' || said === 'video' || said === 'audio') return said;
  if (mediaType !== '') return null;
  if (kind === 'voice') return 'audio';
  if (kind === 'videoMessage') return 'video';
  return kind === 'file' ? null : kind;
}

/** What the sender says, where the bytes leave it open whether there is a picture. */
export type Said = Pick<TransferView, 'kind' | 'mediaType'>;

const starts = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

const has = (bytes: Uint8Array, text: string): boolean =>
  new TextDecoder('latin1').decode(bytes).includes(text);

/** Beginnings that leave nothing open. */
const beginnings: readonly (readonly [at: number, text: string, kind: Kind])[] = [
  [0, '\xff\xd8\xff', { shape: 'image', mediaType: 'image/jpeg' }],
  [0, '\x89PNG\r\n\x1a\n', { shape: 'image', mediaType: 'image/png' }],
  [0, 'GIF8', { shape: 'image', mediaType: 'image/gif' }],
  [8, 'WEBP', { shape: 'image', mediaType: 'image/webp' }],
  [0, 'BM', { shape: 'image', mediaType: 'image/bmp' }],
  [4, 'ftypavif', { shape: 'image', mediaType: 'image/avif' }],
  [4, 'ftypheic', { shape: 'image', mediaType: 'image/heic' }],
  [4, 'ftypM4A', { shape: 'audio', mediaType: 'audio/mp4' }],
  [8, 'AVI ', { shape: 'video', mediaType: 'video/x-msvideo' }],
  [8, 'WAVE', { shape: 'audio', mediaType: 'audio/wav' }],
  [0, 'fLaC', { shape: 'audio', mediaType: 'audio/flac' }],
  [0, 'ID3', { shape: 'audio', mediaType: 'audio/mpeg' }],
  [0, '\xff\xfb', { shape: 'audio', mediaType: 'audio/mpeg' }],
  [0, '%PDF-', { shape: 'pdf', mediaType: 'application/pdf' }],
];

/** Null: nothing that can be shown here. */
export function kindOf(bytes: Uint8Array, said: Said): Kind | null {
  const known = beginnings.find(([at, text]) => starts(bytes, at, text));
  if (known !== undefined) return known[2];
  const sound = said.kind === 'voice' || said.kind === 'audio' || said.mediaType.startsWith('audio/');
  const filmed = (container: string): Kind =>
    sound
      ? { shape: 'audio', mediaType: `audio/${container}` }
      : { shape: 'video', mediaType: `video/${container}` };
  if (starts(bytes, 4, 'ftypqt')) return filmed('quicktime');
  if (starts(bytes, 4, 'ftyp')) return filmed('mp4');
  if (starts(bytes, 0, '\x1aE\xdf\xa3')) {
    const container = has(bytes, 'webm') ? 'webm' : 'x-matroska';
    // Its tracks stand together at its start: here is one of sound, and none of pictures.
    const heard = has(bytes, 'A_OPUS') && !has(bytes, 'V_');
    return heard ? { shape: 'audio', mediaType: `audio/${container}` } : filmed(container);
  }
  if (starts(bytes, 0, 'OggS')) {
    return has(bytes, 'theora') ? filmed('ogg') : { shape: 'audio', mediaType: 'audio/ogg' };
  }
  const written = textKind(bytes);
  // Bytes that are no picture are not one's words, either: who was promised a picture is told that it is none.
  return written?.shape === 'text' && claimOf(said) !== null ? null : written;
}

/** No text has these; it has tabs, ends of lines and of pages, and the escapes of terminals. */
const isControl = (byte: number): boolean => byte < 0x20 && byte !== 0x1b && !(byte >= 0x08 && byte <= 0x0d);

function textKind(bytes: Uint8Array): Kind | null {
  if (bytes.length === 0 || bytes.some(isControl)) return null;
  try {
    // What was cut may end inside a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    const drawing =
      /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>/]/i.test(text);
    return drawing
      ? { shape: 'image', mediaType: 'image/svg+xml' }
      : { shape: 'text', mediaType: 'text/plain' };
  } catch {
    return null;
  }
}

const kinds = new WeakMap<Blob, Promise<Kind | null>>();

/** Looked at once for each file. */
export function kindOfBlob(blob: Blob, said: Said): Promise<Kind | null> {
  const known =
    kinds.get(blob) ??
    blob
      .slice(0, SNIFFED)
      .arrayBuffer()
      .then((bytes) => kindOf(new Uint8Array(bytes), said));
  kinds.set(blob, known);
  return known;
}
