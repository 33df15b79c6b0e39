import { expect, test } from 'vitest';
import { outdated } from './rules.ts';

test('the version before stays for the pages that are still open in it, older ones go', () => {
  expect(outdated(['duet-1', 'other', 'duet-2', 'duet-3'], 'duet-3')).toEqual(['duet-1']);
  expect(outdated(['duet-1', 'duet-2'], 'duet-2')).toEqual([]);
  // Going back to an earlier version is a version like any other.
  expect(outdated(['duet-1', 'duet-2', 'duet-3'], 'duet-1')).toEqual(['duet-2']);
});
