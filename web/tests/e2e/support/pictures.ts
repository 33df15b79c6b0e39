/** Files that the tests make themselves. */
import { crc32, deflateSync } from 'node:zlib';
import type { SomeFile } from './person.js';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), body]);
  return Buffer.concat([u32(body.length), named, u32(crc32(named))]);
}

/** A picture in two colours, with a note that says who made it. */
export function png(name: string, width = 320, height = 200): SomeFile {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x += 1) row.set(y < height / 2 ? [230, 140, 110] : [60, 80, 110], 1 + x * 3);
    return row;
  });
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])]);
  const buffer = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from('Author\0alice at home')),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { name, mimeType: 'image/png', buffer };
}

/** Eight times eight red points, as JPEG 2000. */
const RED = Buffer.from(
  '/0//UQAvAAAAAAAIAAAACAAAAAAAAAAAAAAACAAAAAgAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEAAAQEAAH/XAAEQED/ZAAlAAFD' +
    'cmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAABNAAH/k8+0SBQAXKNlXbAAAwkI1QoYSEv/f8+0SBFQVK/9oYgAAAAYSEWYQM' +
    'JCX8+0SBFQVK/9oYgAAAAYSEWYQMJCX//Z',
  'base64',
).toString('latin1');

/**
 * One page: two words at its top; below, two in a font that needs a table of characters; and a red picture as JPEG 2000 in
 * its lower half.
 */
export function pdf(name: string): SomeFile {
  const words = 'BT /F1 24 Tf 40 340 Td (Winter menu) Tj ET';
  const tabled = 'BT /F2 24 Tf 40 260 Td (For two) Tj ET';
  const drawn = `${words} ${tabled} q 220 0 0 100 40 40 cm /I1 Do Q`;
  const japanese = '<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>';
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R/Resources 9 0 R>>',
    `<</Length ${drawn.length}>>stream\n${drawn}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    '<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/90ms-RKSJ-H/DescendantFonts[7 0 R]>>',
    `<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo${japanese}/FontDescriptor 10 0 R>>`,
    `<</Type/XObject/Subtype/Image/Width 8/Height 8/Filter/JPXDecode/Length ${RED.length}>>stream\n${RED}\nendstream`,
    '<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</I1 8 0 R>>>>',
    '<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/StemV 80>>',
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join('');
  const buffer = Buffer.from(`%PDF-1.5\n${body}trailer<</Root 1 0 R>>`, 'latin1');
  return { name, mimeType: 'application/pdf', buffer };
}

export const text = (name: string, content: string): SomeFile => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});
