/** Whether a frame of another version came: this page and the server's viewer do not understand each other. */
import { useSyncExternalStore } from 'react';

let outdated = false;
const listeners = new Set<() => void>();

/** It stays so until the page is loaded anew. */
export function becomeOutdated(): void {
  outdated = true;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useOutdated = (): boolean => useSyncExternalStore(subscribe, () => outdated);
