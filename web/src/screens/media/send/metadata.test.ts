import { describe, expect, test } from 'vitest';
import { metadataOf } from './metadata.ts';

const latin = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const u16 = (value: number) => [value >> 8, value & 0xff];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const segment = (marker: number, body: readonly number[]) => [0xff, marker, ...u16(body.length + 2), ...body];
/** Big-endian EXIF with these tags, each a short. */
const exif = (...tags: readonly (readonly [tag: number, value: number])[]) => [
  ...latin('Exif\0\0MM'),
  ...u16(42),
  ...u32(8),
  ...u16(tags.length),
  ...tags.flatMap(([tag, value]) => [...u16(tag), ...u16(3), ...u32(1), ...u16(value), 0, 0]),
  ...u32(0),
];
const GPS = [0x8825, 1] as const;
const turned = (turn: number) => [0x0112, turn] as const;

const drawn = [...segment(0xdb, [0, 1, 2]), ...segment(0xda, [1, 2]), 9, 0xff, 0, 8, 0xff, 0xd0, 7];
const jpeg = (...segments: readonly (readonly number[])[]) => [
  ...[0xff, 0xd8],
  ...segments.flat(),
  ...drawn,
  ...[0xff, 0xd9],
];
const told = async (bytes: readonly number[], type = 'image/jpeg') => {
  const found = await metadataOf(new Blob([Uint8Array.from(bytes)], { type }));
  return found && { place: found.place, bytes: [...new Uint8Array(await found.without.arrayBuffer())] };
};

describe('what a picture tells besides itself', () => {
  test('a JPEG loses place, notes, and what hides behind its end, and not a byte of what is drawn', async () => {
    const icc = segment(0xe2, latin('ICC_PROFILE\0\x01\x01colours'));
    const telling = [
      ...jpeg(
        segment(0xe0, latin('JFIF\0')),
        segment(0xe1, exif(GPS)),
        segment(0xe1, latin('http://ns.adobe.com/xap/1.0/\0<x/>')),
        segment(0xed, latin('Photoshop 3.0\0by alice')),
        segment(0xfe, latin('a comment')),
        icc,
      ),
      ...latin('a film'),
    ];
    expect(await told(telling)).toEqual({
      place: true,
      bytes: jpeg(segment(0xe0, latin('JFIF\0')), icc),
    });
  });

  test('which way up it is stays', async () => {
    const found = await told(jpeg(segment(0xe1, exif(turned(6), GPS))));
    expect(found?.bytes).toEqual(jpeg(segment(0xe1, exif(turned(6)))));
  });

  test('without a place it is not said that there is one', async () => {
    expect((await told(jpeg(segment(0xe1, exif(turned(1))))))?.place).toBe(false);
  });

  test('a picture that tells nothing is left alone', async () => {
    expect(await told(jpeg(segment(0xe0, latin('JFIF\0'))))).toBeNull();
    expect(await told(latin('not a picture'))).toBeNull();
    expect(await told([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff])).toBeNull();
  });

  test('PNG and WebP', async () => {
    const chunk = (name: string, body: readonly number[]) => [
      ...u32(body.length),
      ...latin(name),
      ...body,
      1,
      2,
      3,
      4,
    ];
    const png = (...chunks: readonly (readonly number[])[]) => [
      ...latin('\x89PNG\r\n\x1a\n'),
      ...chunks.flat(),
    ];
    const [data, end] = [chunk('IDAT', [5, 6]), chunk('IEND', [])];
    const place = exif(GPS).slice(6);
    expect(
      await told(png(chunk('tEXt', latin('by alice')), chunk('eXIf', place), data, end), 'image/png'),
    ).toEqual({
      place: true,
      bytes: png(data, end),
    });
    const u32le = (value: number) => u32(value).toReversed();
    const part = (name: string, body: readonly number[]) => [...latin(name), ...u32le(body.length), ...body];
    const webp = (...parts: readonly (readonly number[])[]) => [
      ...latin('RIFF'),
      ...u32le(parts.flat().length + 4),
      ...latin('WEBP'),
      ...parts.flat(),
    ];
    const picture = part('VP8 ', [1, 2, 3, 4]);
    const flags = (value: number) => part('VP8X', [value, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect(
      await told(webp(flags(0x1c), picture, part('EXIF', place), part('XMP ', [1, 2])), 'image/webp'),
    ).toEqual({
      place: true,
      bytes: webp(flags(0x10), picture),
    });
  });
});
