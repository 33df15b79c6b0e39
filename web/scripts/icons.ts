/**
 * The icons as pictures, for systems that take no SVG. They are drawn from the SVGs themselves at build time, which hold
 * nothing but a rectangle and circles, filled by the even-odd rule.
 */
import { crc32, deflateSync } from 'node:zlib';

interface Shape {
  readonly colour: readonly [number, number, number];
  /** Whether a point, in the SVG's own units, is inside. */
  readonly covers: (x: number, y: number) => boolean;
}

/** Points that are looked at for each pixel, along each side. */
const FINE = 4;

function colourOf(hex: string): Shape['colour'] {
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** @throws TypeError where the SVG holds anything else */
function shapesOf(svg: string): { readonly size: number; readonly shapes: readonly Shape[] } {
  const found = (pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(svg);
    if (match === null) throw new TypeError(`the icon has no ${pattern.source}`);
    return match;
  };
  const size = Number(found(/viewBox="0 0 (\d+) \1"/)[1]);
  const [, , corner = '0', ground = ''] = found(
    /<rect width="(\d+)" height="\1"(?: rx="(\d+)")? fill="#([0-9a-f]{6})"/,
  );
  const [, ink = '', path = ''] = found(/<path fill="#([0-9a-f]{6})" fill-rule="evenodd" d="([^"]+)"/);
  const circles = [...path.matchAll(/M(\d+) (\d+)a(\d+) \3 /g)].map(([, x, y, r]) => ({
    x: Number(x) + Number(r),
    y: Number(y),
    r: Number(r),
  }));
  const r = Number(corner);
  /** How far a coordinate is in the part of a side where the corner is round. */
  const into = (at: number) => Math.max(r - at, at - (size - r), 0);
  return {
    size,
    shapes: [
      { colour: colourOf(ground), covers: (x, y) => Math.hypot(into(x), into(y)) <= r },
      {
        colour: colourOf(ink),
        covers: (x, y) => circles.filter((one) => Math.hypot(x - one.x, y - one.y) <= one.r).length % 2 === 1,
      },
    ],
  };
}

/** Red, green, blue and opacity of one pixel. */
function pixel(shapes: readonly Shape[], scale: number, column: number, row: number): number[] {
  const sum = [0, 0, 0, 0];
  for (let step = 0; step < FINE * FINE; step += 1) {
    const x = (column + ((step % FINE) + 0.5) / FINE) * scale;
    const y = (row + (Math.floor(step / FINE) + 0.5) / FINE) * scale;
    const top = shapes.findLast((shape) => shape.covers(x, y));
    if (top === undefined) continue;
    for (const [channel, value] of [...top.colour, 255].entries()) sum[channel] = (sum[channel] ?? 0) + value;
  }
  const covered = (sum[3] ?? 0) / 255;
  const colour = sum.slice(0, 3).map((value) => (covered === 0 ? 0 : Math.round(value / covered)));
  return [...colour, Math.round((sum[3] ?? 0) / (FINE * FINE))];
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The SVG as a PNG (ISO/IEC 15948) of so many pixels on each side. */
export function iconOf(svg: string, pixels: number): Buffer {
  const { size, shapes } = shapesOf(svg);
  const rows = Buffer.alloc(pixels * (1 + pixels * 4));
  let at = 0;
  for (let row = 0; row < pixels; row += 1) {
    // No filter.
    at += 1;
    for (let column = 0; column < pixels; column += 1) {
      for (const value of pixel(shapes, size / pixels, column, row)) rows[at++] = value;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(pixels);
  head.writeUInt32BE(pixels, 4);
  // Eight bits a channel, colour with opacity.
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
