/** Keys that keep, print, copy or look behind: blocked while something is only to be looked at, in the frame and around it. */
export function isBlocked({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const letter = key.toLowerCase();
  if (letter === 'f12') return true;
  if (!ctrlKey && !metaKey) return false;
  // The tools of developers; saving, printing, the source, and copying.
  return (shiftKey || altKey ? ['i', 'j', 'c', 'k', 's', 'p'] : ['s', 'p', 'u', 'a', 'c']).includes(letter);
}
