/** What a picture tells besides itself: where it was taken, when and by what. It can be left out before sending. */

export interface Metadata {
  /** A place is in it. */
  readonly place: boolean;
  /** The same picture without them: not a pixel is changed. */
  readonly without: Blob;
}

const JPEG = {
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app15: 0xef,
  comment: 0xfe,
};
const ICC = 'ICC_PROFILE';
const PNG_HEAD = 8;
const PNG_TOLD = new Set(['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME']);
const WEBP_TOLD = new Set(['EXIF', 'XMP ']);
/** In the flags of a WebP: there are EXIF and XMP. */
const WEBP_FLAGS = 0x08 | 0x04;
const TAG = { orientation: 0x0112, gps: 0x8825 };

/** Null: a picture that tells nothing, or none that is understood here. */
export async function metadataOf(file: Blob): Promise<Metadata | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = ofJpeg(bytes) ?? ofPng(bytes) ?? ofWebp(bytes);
  if (found === null || !found.told) return null;
  return { place: found.place, without: new Blob(found.parts, { type: file.type }) };
}

interface Found {
  readonly told: boolean;
  readonly place: boolean;
  readonly parts: Uint8Array<ArrayBuffer>[];
}

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

function ofJpeg(bytes: Uint8Array<ArrayBuffer>): Found | null {
  if (bytes[0] !== 0xff || bytes[1] !== JPEG.start) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 2)];
  let [told, place, turn, at] = [false, false, 1, 2];
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === JPEG.end) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) return null;
    const isIcc = marker === JPEG.app2 && textAt(bytes, at + 4, ICC.length) === ICC;
    // Adobe's word on colours, which cannot be left out.
    const isAdobe = marker === 0xee;
    const tells =
      (marker >= JPEG.app1 && marker <= JPEG.app15 && !isIcc && !isAdobe) || marker === JPEG.comment;
    if (tells) {
      told = true;
      if (marker === JPEG.app1 && textAt(bytes, at + 4, 4) === 'Exif') {
        const exif = readExif(view, at + 10, end);
        [place, turn] = [place || exif.place, exif.turn];
      }
      at = end;
      continue;
    }
    const next = marker === JPEG.scan ? endOfScan(bytes, end) : end;
    parts.push(bytes.subarray(at, next));
    at = next;
  }
  // What comes after the end is no part of the picture: thumbnails, films, a second picture.
  told ||= at + 2 < bytes.length;
  parts.push(Uint8Array.of(0xff, JPEG.end));
  // Which way up it is stays.
  if (turn > 1) parts.splice(1, 0, exifOfTurn(turn));
  return { told, place, parts };
}

/** Where the next marker stands that ends the drawn data. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    const next = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** The two things of a TIFF directory that matter here. */
function readExif(
  view: DataView,
  start: number,
  end: number,
): { readonly place: boolean; readonly turn: number } {
  let [place, turn] = [false, 1];
  if (start + 8 > end) return { place, turn };
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > end) return { place, turn };
  const count = view.getUint16(directory, little);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > end) break;
    const tag = view.getUint16(entry, little);
    if (tag === TAG.gps) place = true;
    if (tag === TAG.orientation) turn = view.getUint16(entry + 8, little);
  }
  return { place, turn: turn >= 1 && turn <= 8 ? turn : 1 };
}

/** An EXIF segment that says nothing but which way up it is. */
function exifOfTurn(turn: number): Uint8Array<ArrayBuffer> {
  const head = [0xff, JPEG.app1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1];
  const entry = [TAG.orientation >> 8, TAG.orientation & 0xff, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0];
  return Uint8Array.from([...head, ...tiff, ...entry, 0, 0, 0, 0]);
}

function ofPng(bytes: Uint8Array<ArrayBuffer>): Found | null {
  if (textAt(bytes, 1, 3) !== 'PNG') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, PNG_HEAD)];
  let [told, place, at] = [false, false, PNG_HEAD];
  while (at + 12 <= bytes.length) {
    const [name, end] = [textAt(bytes, at + 4, 4), at + 12 + view.getUint32(at)];
    if (end > bytes.length) return null;
    if (PNG_TOLD.has(name)) {
      told = true;
      if (name === 'eXIf') place ||= readExif(view, at + 8, end - 4).place;
    } else parts.push(bytes.subarray(at, end));
    at = end;
    if (name === 'IEND') break;
  }
  return { told: told || at < bytes.length, place, parts };
}

function ofWebp(bytes: Uint8Array<ArrayBuffer>): Found | null {
  if (textAt(bytes, 0, 4) !== 'RIFF' || textAt(bytes, 8, 4) !== 'WEBP') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [told, place, at] = [false, false, 12];
  while (at + 8 <= bytes.length) {
    const [name, size] = [textAt(bytes, at, 4), view.getUint32(at + 4, true)];
    const end = Math.min(bytes.length, at + 8 + size + (size % 2));
    if (WEBP_TOLD.has(name)) {
      told = true;
      // Some write the six bytes of JPEG's EXIF before it.
      const start = textAt(bytes, at + 8, 4) === 'Exif' ? at + 14 : at + 8;
      if (name === 'EXIF') place ||= readExif(view, start, end).place;
    } else {
      const chunk = bytes.slice(at, end);
      if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~WEBP_FLAGS;
      parts.push(chunk);
    }
    at = end;
  }
  const head = bytes.slice(0, 12);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  new DataView(head.buffer).setUint32(4, length, true);
  return { told, place, parts: [head, ...parts] };
}
