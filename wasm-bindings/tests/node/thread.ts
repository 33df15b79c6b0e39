/** Code in a fresh thread, on a platform that is another one than Node. */
import { Worker } from 'node:worker_threads';

export const dist = new URL('../../../dist/', import.meta.url);

/** As on plain http. */
export const INSECURE = 'replace({ getRandomValues }); delete globalThis.CryptoKey;';

/** Runs code in a fresh thread, in which the globals are changed first, and returns what it posts. */
export function fresh(before: string, code: string): Promise<unknown> {
  const source = `
    const { parentPort } = await import('node:worker_threads');
    const platform = globalThis.crypto;
    const replace = (value) => Object.defineProperty(globalThis, 'crypto', { value, configurable: true });
    const getRandomValues = (bytes) => platform.getRandomValues(bytes);
    const named = (promise) => Promise.resolve(promise).then(() => 'went through', (error) => (typeof error.code === 'string' ? error.code : error.name));
    ${before}
    const load = (name) => import(new URL(name, '${dist}').href);
    ${code}
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  }).finally(() => worker.terminate());
}
