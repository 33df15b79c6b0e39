/** What holds for the package as a whole. */
import {
  type Client,
  capabilities,
  createIdentity,
  createIncomingFile,
  createOutgoingFile,
  DuetError,
  type HandshakeRate,
  type Identity,
  type IncomingFile,
  type IncomingOffer,
  type Listener,
  type Offer,
  type OutgoingFile,
  type PendingSession,
  ready,
  type Session,
  sealedSize,
  sealFile,
} from '@duet-chat/crypto';
import { decodeRelayFrame, encodeSend, envelopeId } from '@duet-chat/crypto/relay';
import { assert, equal, refused, type Suite } from '../harness.js';

/** Everything that has `free()`: `using` takes it. Compiled, not run. */
type Freed =
  | Client
  | HandshakeRate
  | Identity
  | IncomingFile
  | IncomingOffer
  | Listener
  | Offer
  | OutgoingFile
  | PendingSession
  | Session;
const disposable = (held: Freed): Disposable => held;

export const surface: Suite = ({ engines }) => [
  {
    name: 'files may be held by `using`',
    run: async () => {
      const outgoing = createOutgoingFile({ source: new Blob(['x']), name: 'f', mediaType: 'text/plain' });
      const { descriptor } = outgoing;
      const incoming = createIncomingFile({ descriptor: { ...descriptor, key: descriptor.key.slice() } });
      for (const held of [outgoing, incoming].map(disposable)) held[Symbol.dispose]();
      await refused('E_FREED', () => outgoing.frame(0, 1));
      await refused('E_FREED', () => incoming.open(new Uint8Array(100)));
    },
  },
  {
    name: 'ready() may be called again and again',
    run: async () => {
      const first = ready();
      // Whoever comes later, with whatever module: there is one attempt.
      assert(ready({ wasm: new Uint8Array(0) }) === first, 'one promise');
      await first;
    },
  },
  {
    name: 'capabilities() says what runs where, and why',
    run: () => {
      const { operations, wasm } = capabilities();
      assert(wasm === 'simd128' || wasm === 'baseline', 'which module');
      for (const [name, support] of Object.entries(operations)) {
        assert(support.native === (support.reason === undefined), `${name}: a reason, or none`);
        assert(support.native || support.auto === 'wasm', `${name}: auto picks what is there`);
      }
      for (const name of ['ed25519', 'x25519', 'aes256Gcm'] as const) {
        equal(operations[name].native, engines.includes('native'), name);
        equal(operations[name].auto, engines.includes('native') ? 'native' : 'wasm', name);
      }
      equal(operations.mlKem768.auto, 'wasm');
    },
  },
  {
    name: 'what was insisted on and is not there is refused by name',
    run: async () => {
      const account = { realm: 'chat.example', name: 'alice' };
      const attempt = () => createIdentity({ ...account, engine: 'native' });
      const seal = () => sealFile({ source: new Blob([]), engine: 'native' });
      if (engines.includes('native')) {
        equal((await attempt()).engine, 'native');
        equal(seal().size(), sealedSize(0));
      } else {
        const error = await refused('E_ENGINE_UNAVAILABLE', attempt);
        assert(error.message.includes('ed25519: crypto.subtle is missing'), error.message);
        assert((await refused('E_ENGINE_UNAVAILABLE', seal)).message.includes('aes256Gcm'), 'the operation');
      }
      equal((await createIdentity({ ...account, engine: 'wasm' })).engine, 'wasm');
      await refused('E_ARGUMENT', () => createIdentity({ ...account, engine: 'fast' as never }));
    },
  },
  {
    name: 'a payload of the relay is not copied',
    run: async () => {
      const payload = new Uint8Array([1, 0x11, 7, 8, 9]);
      const [eid, to, presence] = [envelopeId(), new Uint8Array(32), new Uint8Array(16)];
      const frame = encodeSend({ eid, to, presence, payload });
      frame[1] = 0x44;
      const decoded = decodeRelayFrame(frame);
      assert(decoded.type === 'deliver', 'DELIVER');
      equal(decoded.payload, payload);
      assert(decoded.payload.buffer === frame.buffer, 'a view');
      await refused('E_FRAME_LENGTH', () => decodeRelayFrame(frame.subarray(0, 65)));
      await refused('E_FRAME_TYPE', () => decodeRelayFrame(new Uint8Array([1, 0x43])));
      await refused('E_FRAME_LENGTH', () => decodeRelayFrame(new Uint8Array(0)));
    },
  },
  {
    name: 'an error says its code and class, and is an Error',
    run: () => {
      const error = new DuetError('E_DECRYPT');
      assert(error instanceof Error && error.message.startsWith('E_DECRYPT: '), 'message');
      equal([error.code, error.class, error.name], ['E_DECRYPT', 'drop', 'DuetError']);
      equal(new DuetError('E_WASM_CSP').class, 'package');
    },
  },
];
