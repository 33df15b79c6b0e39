import { useSyncExternalStore } from 'react';

const events = ['focus', 'blur', 'pageshow'] as const;

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  for (const event of events) window.addEventListener(event, listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
    for (const event of events) window.removeEventListener(event, listener);
  };
}

export const isHidden = (): boolean => document.visibilityState === 'hidden';

/** Whether the person looks elsewhere: the tab is hidden, or another window is in front. */
export const isAway = (): boolean => isHidden() || !document.hasFocus();

export const useHidden = (): boolean => useSyncExternalStore(subscribe, isHidden);
export const useAway = (): boolean => useSyncExternalStore(subscribe, isAway);
