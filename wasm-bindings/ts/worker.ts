/**
 * Stretching a passphrase or a password (Argon2id, PBKDF2) in a worker, so that the page does not stand still: `serveStretching` in the
 * worker, `stretchIn` in the page. `await ready()` of the main entry comes first in the page; in the worker nothing does.
 *
 * @module
 */
export { type Stretching, stretchIn, type WorkerLike } from './worker/page.js';
export { type Inbox, serveStretching } from './worker/serve.js';
