import type { Asking } from './asking.ts';
import { at, row } from './page.ts';

const yes = (there: boolean) => (there ? 'yes' : 'no');
const engine = { native: 'Web Crypto', wasm: 'WebAssembly' } as const;

export async function showHere(asking: Asking): Promise<void> {
  const found = await asking.ask('here', null);
  const { ed25519, x25519, aes256Gcm, mlKem768 } = found.operations;
  at('here-rows').replaceChildren(
    row('crypto.subtle', yes(found.subtle), found.subtle ? engine.native : 'its ./subtle'),
    row('Ed25519', yes(ed25519.native), engine[ed25519.auto]),
    row('X25519', yes(x25519.native), engine[x25519.auto]),
    row('AES-256-GCM', yes(aes256Gcm.native), engine[aes256Gcm.auto]),
    row('ML-KEM-768', yes(found.platformMlKem), engine[mlKem768.auto]),
  );
  const simd = found.wasm === 'simd128' ? 'with SIMD' : 'without SIMD';
  at('here-words').textContent = found.secureContext
    ? `This page is a secure context. The WebAssembly module that was loaded is the one ${simd}.`
    : `This page came over plain http, so the browser gives it no crypto.subtle. Everything here runs in WebAssembly, ${simd}.`;
  at('here').dataset['state'] = 'shown';
}
