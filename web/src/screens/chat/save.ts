import { savedName } from './file-name.ts';

/** How long the browser may take to begin reading a Blob that is being saved. */
const KEEP_ADDRESS_MS = 60_000;

/** Gives a received file to the browser's own download; the bytes are passed by reference. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = savedName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_ADDRESS_MS);
}
