import type { Suite } from '../harness.js';
import { vectors } from '../vectors/index.js';
import { files } from './files.js';
import { identities } from './identities.js';
import { prekeys } from './prekeys.js';
import { rate } from './rate.js';
import { records } from './records.js';
import { sessions } from './sessions.js';
import { surface } from './surface.js';
import { vault } from './vault.js';

/** Suites that run everywhere. */
export const suites: Readonly<Record<string, Suite>> = {
  surface,
  identities,
  vault,
  sessions,
  prekeys,
  rate,
  records,
  files,
  vectors,
};
