import { describe, expect, test } from 'vitest';
import { levelOf, PEAKS, peaksOf } from './peaks.ts';

describe('a waveform', () => {
  test('silence is nothing, and the loudest is all', () => {
    expect(levelOf(Uint8Array.of(128, 128))).toBe(0);
    expect(levelOf(Uint8Array.of(128, 0))).toBe(255);
    expect(levelOf(Uint8Array.of(128, 160, 100))).toBe(64);
  });

  test('each value is the loudest of its part, as large as the whole allows', () => {
    expect([...peaksOf([1, 4, 2, 2, 0, 8], 3)]).toEqual([128, 64, 255]);
    expect(peaksOf(Array.from({ length: 3000 }, (_, index) => index % 200))).toHaveLength(PEAKS);
    expect([...peaksOf([0, 0])]).toEqual([0, 0]);
    expect(peaksOf([])).toHaveLength(0);
  });
});
