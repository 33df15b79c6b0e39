import { expect, test } from 'vitest';
import { emojiAlone, isOneEmoji } from './emoji.ts';

test('one emoji is one, however many characters it is made of', () => {
  for (const one of ['👍', '❤️', '❤', '👍🏽', '👩‍❤️‍💋‍👨', '🏳️‍🌈', '🇳🇱', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👨‍👩‍👧‍👦'])
    expect(isOneEmoji(one), one).toBe(true);
  for (const none of ['', 'a', '1', '👍👍', '👍 ', ' 👍', '🇳', '\u200D', 'ok👍', '\uFE0F'])
    expect(isOneEmoji(none), none).toBe(false);
});

test('a text of emoji alone says how many, up to a number', () => {
  expect(['🥧', '🥧🥧', '🥧 🥧\n🥧', '🇳🇱🇷🇺', '👍🏽👍'].map((text) => emojiAlone(text, 3))).toEqual([
    1, 2, 3, 2, 2,
  ]);
  expect(['', 'a', '🥧!', '42', '🥧🥧🥧🥧', ' ', '©ok'].map((text) => emojiAlone(text, 3))).toEqual([
    0, 0, 0, 0, 0, 0, 0,
  ]);
  expect(emojiAlone('🥧'.repeat(100_000), 3)).toBe(0);
});
