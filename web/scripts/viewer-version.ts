import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * For the build of the page and that of the viewer's frame: which version of the messages between them it has. It is the
 * digest of the file that describes them, so that nobody can forget to raise it.
 */
export const viewerVersion = {
  DUET_VIEWER: JSON.stringify(
    createHash('sha256')
      .update(readFileSync(new URL('../viewer/messages.ts', import.meta.url)))
      .digest('hex')
      .slice(0, 16),
  ),
};
