/** What a file is for those who look at it or listen to it: part of the border, see `contract.ts`. */
import type { FileKind, FileMode } from '@duet-chat/crypto';

export type { FileKind, FileMode } from '@duet-chat/crypto';

/** All of it is the sender's word: bounded by the core, and no more than that. */
export interface MediaView {
  readonly kind: FileKind;
  readonly mode: FileMode;
  /** Playing time; 0: not said. */
  readonly durationMs: number;
  /** A waveform of at most 255 values, 0 to 255; empty: not said. */
  readonly peaks: Uint8Array;
  /** A small picture, at most 16 KiB; empty: none. Of a peer's file it is to be drawn in the viewer's frame alone. */
  readonly preview: Uint8Array;
}

/** A file to be sent, and what may be done with it. What is left out: a plain file that may be kept. */
export interface FileToSend extends Partial<MediaView> {
  readonly file: File;
}

/** Of a file that says nothing of itself. */
export const PLAIN: MediaView = {
  kind: 'file',
  mode: 'both',
  durationMs: 0,
  peaks: new Uint8Array(0),
  preview: new Uint8Array(0),
};
