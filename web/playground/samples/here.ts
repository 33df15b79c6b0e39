import { capabilities, ready } from '@duet-chat/crypto';

/** What this browser's Web Crypto does right, and which engine the package uses for it. */
export async function whatIsHere() {
  await ready();
  return capabilities();
}
