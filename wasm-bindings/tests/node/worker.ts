/** Stretching in a worker: the same results and errors as on this thread, which goes on meanwhile. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import {
  createIdentity,
  DuetError,
  type ErrorCode,
  type ExportBackupOptions,
  generatePassphrase,
  importBackup,
  type Progress,
  randomBytes,
  ready,
  splitPassword,
} from '@duet-chat/crypto';
import { stretchIn } from '@duet-chat/crypto/worker';
import { dist } from './thread.js';

const ACCOUNT = { realm: 'chat.example', name: 'alice' };
/** The cheapest that the protocol allows. */
const KDF = { name: 'argon2id', memoryKiB: 19_456, passes: 2 } as const;

const worker = (code: string) => new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));

const serving = worker(`
  const { parentPort } = await import('node:worker_threads');
  const { serveStretching } = await import('${dist}worker.js');
  serveStretching(parentPort);
`);
after(() => serving.terminate());
const stretching = stretchIn(serving);

const fails = (code: ErrorCode, call: Promise<unknown>) =>
  assert.rejects(call, (error) => error instanceof DuetError && error.code === code);

async function source(engine: 'native' | 'wasm'): Promise<ExportBackupOptions> {
  const vaultSecret = randomBytes(32);
  const identity = await createIdentity({ ...ACCOUNT, engine, vaultSecret });
  const peers = [{ name: 'bob', publicKey: identity.publicKey, state: 'qr', firstSeen: 5 }] as const;
  const stored = identity.store(vaultSecret);
  return { stored, account: ACCOUNT, vaultSecret, passphrase: generatePassphrase(), peers, kdf: KDF };
}

await ready();

test('worker: a password is split as on this thread, which goes on meanwhile', async () => {
  const given = { ...ACCOUNT, password: 'correct horse battery staple' };
  const reports: Progress[] = [];
  let [turns, over] = [0, false];
  const turn = () => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  const splitting = stretching.splitPassword({
    ...given,
    onProgress: (progress) => {
      reports.push(progress);
      if (progress.done === 0) turn();
    },
  });
  const found = await splitting;
  over = true;
  assert.deepEqual(reports, [
    { done: 0, total: 1 },
    { done: 1, total: 1 },
  ]);
  // On this thread there is none from the beginning to the end.
  assert.ok(turns > 10, `${turns} turns of the event loop`);
  assert.deepEqual(found, await splitPassword(given));
});

for (const engine of ['native', 'wasm'] as const) {
  test(`worker: a backup is made and opened (${engine})`, async () => {
    const options = await source(engine);
    const secret = options.vaultSecret.slice();
    const backup = await stretching.exportBackup(options);
    assert.deepEqual(options.vaultSecret, secret, 'the secret is still the caller’s');
    const opening = { backup, passphrase: options.passphrase, vaultSecret: randomBytes(32), engine };
    const [there, here] = [await stretching.importBackup(opening), await importBackup(opening)];
    assert.deepEqual(there.identity.publicKey, here.identity.publicKey);
    assert.deepEqual([there.identity.engine, there.identity.account], [engine, ACCOUNT]);
    assert.deepEqual([there.created, there.peers], [here.created, here.peers]);
    // It is a full identity: it can be stored and exported again.
    const { vaultSecret } = opening;
    const again = { ...options, vaultSecret, stored: there.identity.store(vaultSecret) };
    const envelope = await stretching.wrapIdentity(again);
    const alone = await stretching.unwrapIdentity({ ...opening, envelope });
    assert.deepEqual(alone.identity.publicKey, here.identity.publicKey);
    assert.ok(!('peers' in alone) && !('account' in alone), 'nothing but the identity');
  });
}

test('worker: errors are the same, and name what they name', async () => {
  const options = await source('wasm');
  const backup = await stretching.exportBackup(options);
  const { vaultSecret } = options;
  await fails('E_PASSWORD_LENGTH', stretching.splitPassword({ ...ACCOUNT, password: 'short' }));
  await fails(
    'E_VAULT',
    stretching.importBackup({ backup, passphrase: 'another', vaultSecret, engine: 'wasm' }),
  );
  await fails('E_VAULT_SECRET', stretching.importBackup({ backup, passphrase: 'any', engine: 'wasm' }));
  await fails('E_ARGUMENT', stretching.exportBackup({ ...options, vaultSecret: new Uint8Array(31) }));
  const wrong = { ...options, passphrase: 7 as never };
  await assert.rejects(stretching.exportBackup(wrong), /E_ARGUMENT: .*passphrase/);
  // What cannot be posted.
  await fails('E_ARGUMENT', stretching.exportBackup({ ...options, peers: (() => []) as never }));
});

test('worker: a call that is cancelled ends at once, and the next one is done', async () => {
  const options = await source('wasm');
  const controller = new AbortController();
  const cancelled = stretching.exportBackup({ ...options, signal: controller.signal });
  controller.abort(new Error('changed my mind'));
  await assert.rejects(cancelled, { message: 'changed my mind' });
  await assert.rejects(stretching.exportBackup({ ...options, signal: controller.signal }), {
    message: 'changed my mind',
  });
  assert.ok((await stretching.exportBackup(options)).length > 100);
});

test('worker: one that does not start is told, in the call and afterwards', async () => {
  const broken = stretchIn(worker('throw new Error("of the application")'));
  await fails('E_WORKER', broken.splitPassword({ ...ACCOUNT, password: 'long enough, surely' }));
  await fails('E_WORKER', broken.splitPassword({ ...ACCOUNT, password: 'long enough, surely' }));
});
