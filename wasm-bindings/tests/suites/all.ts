import type { Suite } from '../harness.js';
import { vectors } from '../vectors/index.js';
import { boundary } from './boundary.js';
import { client } from './client.js';
import { files } from './files.js';
import { identities } from './identities.js';
import { logins } from './logins.js';
import { memory } from './memory.js';
import { modern } from './modern.js';
import { prekeys } from './prekeys.js';
import { rate } from './rate.js';
import { records } from './records.js';
import { sessions } from './sessions.js';
import { shapes } from './shapes.js';
import { storage } from './storage.js';
import { subtleSuite } from './subtle.js';
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
  client,
  logins,
  memory,
  shapes,
  boundary,
  subtle: subtleSuite,
  storage,
  modern,
  vectors,
};
