/** What counts as emoji: for reactions, of which each is one, and for messages of nothing else, which are large. */

/** Two letters of a flag, a keycap, or a picture with its colour, its sex and what is joined to it. */
const ONE =
  '(?:\\p{Regional_Indicator}{2}|[0-9#*]\\uFE0F?\\u20E3|\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?(?:[\\u{E0020}-\\u{E007E}]+\\u{E007F})?(?:\\u200D\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?)*)';

const one = new RegExp(`^${ONE}$`, 'u');
const some = new RegExp(`^(?:${ONE}\\s*)+$`, 'u');
const each = new RegExp(ONE, 'gu');

export const isOneEmoji = (text: string): boolean => one.test(text);

/** How many emoji a text is made of, if of nothing else; 0 if there is anything else, or more than `most`. */
export function emojiAlone(text: string, most: number): number {
  // The longest emoji that is in use takes 25 units.
  if (text.length > most * 32 || !some.test(text)) return 0;
  const count = text.match(each)?.length ?? 0;
  return count > most ? 0 : count;
}
