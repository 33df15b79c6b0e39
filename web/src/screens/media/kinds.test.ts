import { describe, expect, test } from 'vitest';
import { kindOf } from './kinds.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const plain = { kind: 'file', mediaType: '' } as const;

describe('what a file is, by its bytes', () => {
  test.each([
    ['\xff\xd8\xff\xe0', 'image', 'image/jpeg'],
    ['\x89PNG\r\n\x1a\n', 'image', 'image/png'],
    ['GIF89a', 'image', 'image/gif'],
    ['RIFF....WEBPVP8 ', 'image', 'image/webp'],
    ['....ftypavif', 'image', 'image/avif'],
    ['%PDF-1.7', 'pdf', 'application/pdf'],
    ['....ftypisom', 'video', 'video/mp4'],
    ['....ftypqt  ', 'video', 'video/quicktime'],
    ['....ftypM4A ', 'audio', 'audio/mp4'],
    ['\x1aE\xdf\xa3....webm', 'video', 'video/webm'],
    ['\x1aE\xdf\xa3....matroska', 'video', 'video/x-matroska'],
    ['\x1aE\xdf\xa3....webm..A_OPUS..V_VP8', 'video', 'video/webm'],
    ['\x1aE\xdf\xa3....webm..A_OPUS..OpusHead', 'audio', 'audio/webm'],
    ['RIFF....AVI LIST', 'video', 'video/x-msvideo'],
    ['OggS....\x80theora', 'video', 'video/ogg'],
    ['OggS....OpusHead', 'audio', 'audio/ogg'],
    ['RIFF....WAVEfmt ', 'audio', 'audio/wav'],
    ['ID3\x04', 'audio', 'audio/mpeg'],
    ['const a = 1;\n', 'text', 'text/plain'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image', 'image/svg+xml'],
    ['<?xml version="1.0"?>\n<svg/>', 'image', 'image/svg+xml'],
    // Not a drawing, and never a page: its source is shown.
    ['<html><svg></svg></html>', 'text', 'text/plain'],
  ])('%j', (head, shape, mediaType) => {
    expect(kindOf(bytes(head), plain)).toEqual({ shape, mediaType });
  });

  test('the sender says whether a container has a picture, and nothing else', () => {
    const webm = bytes('\x1aE\xdf\xa3....webm');
    expect(kindOf(webm, { kind: 'voice', mediaType: '' })?.shape).toBe('audio');
    expect(kindOf(webm, { kind: 'file', mediaType: 'audio/webm' })?.shape).toBe('audio');
    const claims = { kind: 'voice', mediaType: 'text/html' } as const;
    expect(kindOf(bytes('\xff\xd8\xff\xe0'), claims)?.mediaType).toBe('image/jpeg');
    expect(kindOf(bytes('<script>'), claims)).toEqual({ shape: 'text', mediaType: 'text/plain' });
  });

  test.each([
    ['image/png', 'image'],
    ['video/mp4', 'video'],
    ['audio/mpeg', 'audio'],
    ['application/pdf', 'file'],
    ['', 'image'],
    ['', 'videoMessage'],
    ['', 'voice'],
  ] as const)('what is said to be %j (%s) and is not, is not shown as text', (mediaType, kind) => {
    expect(kindOf(bytes('not a png'), { kind, mediaType })).toBeNull();
  });

  test.each(['video/mp2t', 'video/vnd.dlna.mpeg-tts', 'audio/x-mpegurl', 'text/plain', ''])(
    'text that a system takes for %j is text',
    (mediaType) => {
      const kind = mediaType.startsWith('video') ? 'video' : 'file';
      expect(kindOf(bytes('const a = 1;\n'), { kind, mediaType })?.shape).toBe('text');
    },
  );

  test('bytes that no text has are no text', () => {
    expect(kindOf(bytes('some\x01\x02bytes'), plain)).toBeNull();
    expect(kindOf(bytes('\x1b[1mbold\x1b[0m\tand\r\n\fmore'), plain)?.shape).toBe('text');
  });

  test('what is no text and nothing known cannot be shown', () => {
    expect(kindOf(bytes('PK\x03\x04\0\0'), plain)).toBeNull();
    expect(kindOf(Uint8Array.of(0xc3, 0x28, 0x41), plain)).toBeNull();
    expect(kindOf(new Uint8Array(0), plain)).toBeNull();
    // A character that was cut at the end of what is looked at is still text.
    expect(kindOf(new TextEncoder().encode('привет').subarray(0, 11), plain)?.shape).toBe('text');
  });
});
