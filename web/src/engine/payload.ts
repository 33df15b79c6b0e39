/**
 * The header of an end-to-end frame (protocol.md sections 4 to 7), read to find whom it concerns. Nothing is
 * believed because of it: the crypto package checks the whole frame.
 */
import { toText } from './bytes.ts';
import { type HandshakeId, handshakeId, type SessionId, sessionId } from './ids.ts';

export type Payload =
  | { readonly type: 'offer'; readonly hid: HandshakeId }
  | { readonly type: 'init'; readonly hid: HandshakeId }
  | { readonly type: 'accept'; readonly hid: HandshakeId }
  | { readonly type: 'confirm'; readonly hid: HandshakeId }
  | { readonly type: 'end'; readonly hid: HandshakeId }
  | { readonly type: 'early'; readonly hid: HandshakeId }
  | { readonly type: 'message'; readonly sid: SessionId }
  | { readonly type: 'chunk'; readonly fid: string };

const VERSION = 0x01;
/** Every frame but CHUNK starts with version, type and a 16-byte id; CHUNK has a 32-byte id. */
const ID_AT = 2;
const ID_LENGTH = 16;
const FID_LENGTH = 32;

/** `from`: the account that it came from. Null for anything that is not a frame of this version. */
export function readPayload(from: string, frame: Uint8Array): Payload | null {
  if (frame.length < ID_AT + FID_LENGTH || frame[0] !== VERSION) return null;
  const id = frame.subarray(ID_AT, ID_AT + ID_LENGTH);
  const [hid, sid] = [handshakeId(from, id), sessionId(from, id)];
  switch (frame[1]) {
    case 0x01:
      return { type: 'offer', hid };
    case 0x02:
      return { type: 'init', hid };
    case 0x03:
      return { type: 'accept', hid };
    case 0x04:
      return { type: 'confirm', hid };
    case 0x05:
      return { type: 'end', hid };
    case 0x10:
      return { type: 'early', hid };
    case 0x11:
      return { type: 'message', sid };
    case 0x12:
      return { type: 'chunk', fid: toText(frame.subarray(ID_AT, ID_AT + FID_LENGTH)) };
    default:
      return null;
  }
}
