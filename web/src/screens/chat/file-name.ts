/**
 * Names of files come from the peer. Characters that turn the direction of writing can make `cod.exe` look like
 * `exe.doc`, and control characters are no part of a name.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A name as it may be shown: what would be invisible shows as a replacement character. */
export const shownName = (name: string): string => name.replace(HIDDEN, '\ufffd');

/** A name as it may be offered to the disk: one path component without hidden characters. */
export const savedName = (name: string): string => {
  const component = name
    .replace(HIDDEN, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '_')
    .trim();
  return component === '' ? 'file' : component;
};
