import { expect, test } from 'vitest';
import { soughtBy } from './Waveform.tsx';

test('the keys of a slider move through what is heard, and never out of it', () => {
  expect(soughtBy('ArrowRight', 4, 42)).toBe(9);
  expect(soughtBy('ArrowLeft', 4, 42)).toBe(0);
  expect(soughtBy('End', 4, 42)).toBe(42);
  expect(soughtBy('Home', 4, 42)).toBe(0);
  expect(soughtBy('PageUp', 40, 42)).toBe(42);
  expect(soughtBy('Tab', 4, 42)).toBeNull();
});
