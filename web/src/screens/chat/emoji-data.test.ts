import { describe, expect, test } from 'vitest';
import { emojiData } from './emoji-data.ts';

describe.each(['en', 'ru'] as const)('the emoji of the picker in %s', (language) => {
  test('have categories with names that begin with a capital letter, each with emoji of its own', async () => {
    const { emojis, categories } = await emojiData(language);
    expect(new Set(categories.map(({ index }) => index))).toEqual(
      new Set(emojis.map(({ category }) => category)),
    );
    for (const { label } of categories) expect(label).toMatch(/^\p{Lu}/u);
    const of = (emoji: string) => {
      const category = emojis.find((one) => one.emoji === emoji)?.category;
      return categories.find(({ index }) => index === category)?.label;
    };
    const expected = {
      en: ['People and gestures', 'Food and drink', 'Flags'],
      ru: ['Люди и жесты', 'Еда и напитки', 'Флаги'],
    };
    expect(['👋', '🍕', '🏳️'].map(of)).toEqual(expected[language]);
  });
});
