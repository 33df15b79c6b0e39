/**
 * Names of files come from the peer. Characters that turn the direction of writing can make `cod.exe` look like
 * `exe.doc`, those without a width make two names look like one, and control characters are no part of a name.
 */

/** What joins an emoji, and what shapes the letters of scripts that need it: without them a name would be another one. */
const JOINING =
  '(?<=[\\p{ExtPict}\\p{EMod}\\ufe0f])\\u200d(?=\\p{ExtPict})|(?<=\\p{ExtPict})\\ufe0f|(?<=[0-9#*])\\ufe0f(?=\\u20e3)|' +
  '(?<=[\\p{scx=Arabic}\\p{scx=Devanagari}\\p{scx=Bengali}\\p{scx=Kannada}\\p{scx=Malayalam}\\p{scx=Sinhala}])[\\u200c\\u200d](?=\\p{L})';

/** Characters that nobody sees, or that change how others are seen. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const EACH = new RegExp(`(?<joining>${JOINING})|${HIDDEN.source}`, 'gu');

const withHidden = (name: string, put: string): string =>
  name.replace(EACH, (found, joining: string | undefined) => (joining === undefined ? put : found));

/** A name as it may be shown: what would be invisible shows as a replacement character. */
export const shownName = (name: string): string => withHidden(name, '\ufffd');

/** A name as it may be offered to the disk: one path component without hidden characters. */
export const savedName = (name: string): string => {
  const component = withHidden(name, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '_')
    .trim();
  return component === '' ? 'file' : component;
};

/** As much of a long name's end as holds its ending, and one before it that would be hidden (`.pdf.exe`). */
const END = 14;
/** No longer than this it stands as one. */
const SHORT = 20;

/** A shown name in the part that may be cut where there is no room, and the part that never is. */
export function nameParts(shown: string): readonly [start: string, end: string] {
  const characters = Array.from(new Intl.Segmenter().segment(shown), ({ segment }) => segment);
  const cut = characters.length > SHORT ? characters.length - END : 0;
  return [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
}
