/**
 * The shell of the page, kept in the browser: it opens without a network, and an open page goes on finding its own parts when
 * the server has a newer version. A version is taken whole or not at all: every file is compared with what the build wrote
 * down, and a newer one waits until nobody has the older one open, or until the person asks for it. Nothing that people say
 * passes here, and no answer of the API is kept.
 */
/// <reference lib="webworker" />
import { outdated } from './rules.ts';

declare const self: ServiceWorkerGlobalScope;
/** Of the build: its name, and the SHA-256 of each file of the shell, as base64, by path. */
declare const DUET_VERSION: string;
declare const DUET_FILES: Readonly<Record<string, string>>;

const NAME = `duet-${DUET_VERSION}`;
const files = DUET_FILES;

async function take(cache: Cache, path: string, digest: string): Promise<void> {
  // What has a hash in its name may come from the browser's own cache.
  const response = await fetch(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-store' });
  const bytes = await response.clone().arrayBuffer();
  const found = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  if (!response.ok || btoa(String.fromCharCode(...found)) !== digest) {
    throw new TypeError(`${path} is of another version`);
  }
  await cache.put(path, response);
}

self.addEventListener('install', (event) => {
  const all = async () => {
    const cache = await caches.open(NAME);
    await Promise.all(Object.entries(files).map(([path, digest]) => take(cache, path, digest)));
  };
  event.waitUntil(
    all().catch(async (error) => {
      await caches.delete(NAME);
      throw error;
    }),
  );
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const names = outdated(await caches.keys(), NAME);
    await Promise.all(names.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

/** Under /assets a name belongs to its content, whichever version it is of. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(NAME);
    await cache.put(request, response.clone());
  }
  return response;
}

async function own(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  // Only what belongs to the shell: what the relay answers itself is never taken from here.
  if (pathname.startsWith('/assets/')) event.respondWith(asset(request));
  else if (pathname in files) event.respondWith(own(pathname, request));
});

self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void self.skipWaiting();
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const open = async () => {
    const [page] = await self.clients.matchAll({ type: 'window' });
    if (page === undefined) await self.clients.openWindow('/');
    else await page.focus();
  };
  event.waitUntil(open());
});
