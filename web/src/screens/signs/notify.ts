/** The system's notifications: that there is something, never what, nor from whom. */

const TAG = 'duet';

/** `ask`: the question was not answered yet; it comes after the first thing that was missed. */
export type Notify = 'ask' | 'yes' | 'no';

export type Permission = 'missing' | 'default' | 'granted' | 'denied';

/** `missing`: this browser has none, or none for a page on plain http. */
export function permission(): Permission {
  return 'Notification' in globalThis && globalThis.isSecureContext ? Notification.permission : 'missing';
}

/** Only after a press of the person's. */
export async function askPermission(): Promise<Permission> {
  if (permission() === 'missing') return 'missing';
  return Notification.requestPermission();
}

let shown: Notification | null = null;

const worker = async (): Promise<ServiceWorkerRegistration | undefined> =>
  await navigator.serviceWorker?.getRegistration();

/** One at a time: a newer one takes its place. */
export async function notify(words: string): Promise<void> {
  if (permission() !== 'granted') return;
  const options = { body: words, tag: TAG, icon: '/icon-192.png' };
  const registration = await worker();
  // On phones only a service worker may; without one, only the page can.
  if (registration?.active) return registration.showNotification('Duet', options);
  shown?.close();
  shown = new Notification('Duet', options);
  shown.onclick = () => {
    window.focus();
    shown?.close();
  };
}

/** The person is here, and sees for themselves. */
export async function takeBack(): Promise<void> {
  shown?.close();
  shown = null;
  if (permission() !== 'granted') return;
  const list = await (await worker())?.getNotifications({ tag: TAG });
  for (const one of list ?? []) one.close();
}
