/**
 * The header of an end-to-end frame (protocol.md sections 4 to 7), read to find whom it concerns. Nothing is
 * believed because of it: the crypto package checks the whole frame.
 */
import { toText } from './bytes.ts';

export type Payload =
  | { readonly type: 'offer'; readonly hid: string }
  | { readonly type: 'init'; readonly hid: string }
  | { readonly type: 'accept'; readonly hid: string }
  | { readonly type: 'confirm'; readonly hid: string }
  | { readonly type: 'end'; readonly hid: string }
  | { readonly type: 'early'; readonly hid: string }
  | { readonly type: 'message'; readonly sid: string }
  | { readonly type: 'chunk'; readonly fid: string };

const VERSION = 0x01;
/** Every frame but CHUNK starts with version, type and a 16-byte id; CHUNK has a 32-byte id. */
const ID_AT = 2;
const ID_LENGTH = 16;
const FID_LENGTH = 32;

/** Null for anything that is not a frame of this version. */
export function readPayload(frame: Uint8Array): Payload | null {
  if (frame.length < ID_AT + FID_LENGTH || frame[0] !== VERSION) return null;
  const id = (length: number) => toText(frame.subarray(ID_AT, ID_AT + length));
  switch (frame[1]) {
    case 0x01:
      return { type: 'offer', hid: id(ID_LENGTH) };
    case 0x02:
      return { type: 'init', hid: id(ID_LENGTH) };
    case 0x03:
      return { type: 'accept', hid: id(ID_LENGTH) };
    case 0x04:
      return { type: 'confirm', hid: id(ID_LENGTH) };
    case 0x05:
      return { type: 'end', hid: id(ID_LENGTH) };
    case 0x10:
      return { type: 'early', hid: id(ID_LENGTH) };
    case 0x11:
      return { type: 'message', sid: id(ID_LENGTH) };
    case 0x12:
      return { type: 'chunk', fid: id(FID_LENGTH) };
    default:
      return null;
  }
}
