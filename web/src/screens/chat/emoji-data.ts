/** The emoji of the picker, by language: part of the site, had when they are first asked for. Nobody else is asked. */
import type { EmojiData, SkinTone } from 'frimousse';
import type { Language } from '../../i18n/index.tsx';

/** Newer ones are empty boxes on devices of these years. */
const NEWEST = 15;

/** Parts of emoji, which are none by themselves. */
const COMPONENTS = 2;

const tones = ['light', 'medium-light', 'medium', 'medium-dark', 'dark'] as const;

/** In the order of emojibase, whose own names are for programmers, and in Russian no Russian. */
const categories: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Smileys and emotions',
    'People and gestures',
    '',
    'Animals and nature',
    'Food and drink',
    'Travel and places',
    'Activities',
    'Objects',
    'Symbols',
    'Flags',
  ],
  ru: [
    'Смайлики и эмоции',
    'Люди и жесты',
    '',
    'Животные и природа',
    'Еда и напитки',
    'Путешествия и места',
    'Досуг и спорт',
    'Предметы',
    'Символы',
    'Флаги',
  ],
};

/** What is taken of an entry of emojibase. */
interface Entry {
  readonly emoji: string;
  readonly label: string;
  readonly version: number;
  readonly group?: number;
  readonly tags?: readonly string[];
  readonly skins?: readonly { readonly emoji: string; readonly tone?: number | readonly number[] }[];
}

interface Words {
  readonly skinTones: readonly { readonly key: string; readonly message: string }[];
}

const sources: Readonly<Record<Language, () => Promise<readonly [Entry[], Words]>>> = {
  en: async () => {
    const [data, words] = await Promise.all([
      import('emojibase-data/en/data.json'),
      import('emojibase-data/en/messages.json'),
    ]);
    return [data.default as Entry[], words.default as Words];
  },
  ru: async () => {
    const [data, words] = await Promise.all([
      import('emojibase-data/ru/data.json'),
      import('emojibase-data/ru/messages.json'),
    ]);
    return [data.default as Entry[], words.default as Words];
  },
};

export async function emojiData(language: Language): Promise<EmojiData> {
  const [entries, words] = await sources[language]();
  const emojis = entries.flatMap((entry) => {
    const { emoji, group, label, skins, tags = [], version } = entry;
    if (group === undefined || group === COMPONENTS || version > NEWEST) return [];
    const one: EmojiData['emojis'][number] = { emoji, category: group, label, version, tags: [...tags] };
    return skins === undefined ? [one] : [{ ...one, skins: skinsOf(emoji, skins) }];
  });
  const labelled = categories[language].flatMap((label, index) =>
    index === COMPONENTS ? [] : [{ index, label }],
  );
  const named = new Map(words.skinTones.map(({ key, message }) => [key, message]));
  const skinTones = Object.fromEntries(tones.map((tone) => [tone, named.get(tone) ?? tone]));
  return { locale: language, emojis, categories: labelled, skinTones: skinTones as EmojiData['skinTones'] };
}

function skinsOf(
  emoji: string,
  skins: NonNullable<Entry['skins']>,
): Record<Exclude<SkinTone, 'none'>, string> {
  const of = (tone: number) => skins.find((skin) => skin.tone === tone)?.emoji ?? emoji;
  return {
    light: of(1),
    'medium-light': of(2),
    medium: of(3),
    'medium-dark': of(4),
    dark: of(5),
  };
}
