import type { Identity } from '../port.ts';

/** What `work` gives. If it fails, nobody has the identity any more, and it is freed. */
export async function orFree<T>(identity: Pick<Identity, 'free'>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    identity.free();
    throw error;
  }
}
