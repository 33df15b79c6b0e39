/** The service worker: the page without a network, and newer versions of it, which are offered. Secure contexts only. */
import type { Duet } from '../screens/duet.tsx';
import { reload } from '../screens/reload.ts';
import { scriptAddress } from './trusted-types.ts';

/** The page comes first: what it needs to begin is not waited for by what it may need later. */
const AFTER_MS = 2_000;

/** Registers it once the page has begun, and offers what it finds from then on. */
export function followUpdates({ memory, stores }: Pick<Duet, 'memory' | 'stores'>): void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (import.meta.env.DEV || serviceWorker === undefined) return;
  let begun = false;
  stores.app.subscribe(({ account }) => {
    if (begun || account.stage === 'starting') return;
    begun = true;
    setTimeout(() => {
      // A browser that takes none, for want of room or by its settings: the page works without.
      follow(serviceWorker, memory).catch(() => undefined);
    }, AFTER_MS);
  });
}

async function follow(container: ServiceWorkerContainer, memory: Duet['memory']): Promise<void> {
  const registration = await container.register(scriptAddress('/sw.js'), { updateViaCache: 'none' });
  const offer = () => {
    const { waiting } = registration;
    // The first one of all replaces nothing.
    if (waiting === null || container.controller === null) return;
    const update = () => {
      container.addEventListener('controllerchange', reload, { once: true });
      waiting.postMessage('take-over');
    };
    memory.setState({ update });
  };
  offer();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer);
  });
  document.addEventListener('visibilitychange', () => {
    // Without a network there is nothing to be found; the next time is soon.
    if (document.visibilityState === 'visible') registration.update().catch(() => undefined);
  });
}
