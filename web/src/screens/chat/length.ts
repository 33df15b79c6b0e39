import { TEXT_MAX_CHARS } from '@duet-chat/crypto';

/** How many characters a text has, as the core counts them: Unicode scalar values. */
export function charactersOf(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i += 1) {
    if ((text.charCodeAt(i) & 0xfc00) !== 0xd800) continue;
    if ((text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      pairs += 1;
      i += 1;
    }
  }
  return text.length - pairs;
}

/** How many more may follow; below 0: so many are too many. Counted only where it comes near. */
export const charactersLeft = (text: string): number =>
  TEXT_MAX_CHARS - (text.length <= TEXT_MAX_CHARS / 2 ? text.length : charactersOf(text));
