import { type EngineName, sealFile } from '@duet-chat/crypto';
import { createSubtle } from '@duet-chat/crypto/subtle';
import { meet } from './talk.ts';

const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Makes what an operation needs once, and gives what is timed. */
export type Make = (engine: EngineName) => Promise<() => Promise<unknown>>;

export const operations: Record<string, Make> = {
  'Ed25519: sign': async (engine) => {
    const subtle = createSubtle({ engine });
    const { privateKey } = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const text = bytes(48);
    return () => subtle.sign('Ed25519', privateKey, text);
  },
  'Ed25519: verify': async (engine) => {
    const subtle = createSubtle({ engine });
    const { privateKey, publicKey } = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const text = bytes(48);
    const signature = await subtle.sign('Ed25519', privateKey, text);
    return () => subtle.verify('Ed25519', publicKey, signature, text);
  },
  'X25519: agree on a secret': async (engine) => {
    const subtle = createSubtle({ engine });
    const { privateKey, publicKey } = await subtle.generateKey('X25519', false, ['deriveBits']);
    return () => subtle.deriveBits({ name: 'X25519', public: publicKey }, privateKey, 256);
  },
  'SHA-256 of 64 KiB': async (engine) => {
    const subtle = createSubtle({ engine });
    const data = bytes(65_536);
    await subtle.digest('SHA-256', data);
    return () => subtle.digest('SHA-256', data);
  },
  'AES-256-GCM of 64 KiB': async (engine) => {
    const subtle = createSubtle({ engine });
    const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const [iv, data] = [bytes(12), bytes(65_536)];
    return () => subtle.encrypt({ name: 'AES-GCM', iv }, key, data);
  },
  'A file of 1 MiB: seal': async (engine) => {
    const source = new Blob([new Uint8Array(1 << 20)]);
    return async () => {
      const reader = sealFile({ source, engine }).stream.getReader();
      while (!(await reader.read()).done);
    };
  },
  'Two people meet, with ML-KEM-768': async (engine) => async () => {
    const { alice, bob } = await meet(engine);
    alice.free();
    bob.free();
  },
};
