/**
 * What no font draws: spaces, control characters, whatever Unicode calls ignorable (a zero-width space, the fillers of
 * Hangul), and what is empty by its own design: the Braille pattern without dots and the musical null notehead.
 */
const INVISIBLE = String.raw`\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}`;
const VISIBLE = new RegExp(`[^${INVISIBLE}]`, 'u');

/** Whether a text shows nothing. */
export const isBlank = (text: string): boolean => !VISIBLE.test(text);

/** Without the blank lines before and after what it says. Those within it stay, and so does the indentation of code. */
export function withoutBlankEnds(text: string): string {
  const lines = text.split('\n');
  const says = (line: string) => !isBlank(line);
  return lines.slice(Math.max(0, lines.findIndex(says)), lines.findLastIndex(says) + 1).join('\n');
}
