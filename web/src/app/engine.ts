import { createEngineClient } from '../engine/client.ts';
import type { EngineClient } from '../engine/contract.ts';

/**
 * The engine in its worker. While developing, `?fake` (with `?fake=locked` and so on for another stage) draws the
 * screens with two people in a script instead; a production build holds nothing of it.
 */
export async function openEngine(): Promise<EngineClient> {
  if (import.meta.env.DEV) {
    const asked = new URLSearchParams(location.search);
    const stage = asked.get('fake');
    if (stage !== null) {
      const { createFakeEngine, fakeStages } = await import('../engine/fake.ts');
      const fake = createFakeEngine({
        pause: 900,
        // `&still`: nothing happens by itself; whoever looks says what does.
        script: !asked.has('still'),
        stage: fakeStages.find((known) => known === stage) ?? 'signed-out',
      });
      // For looking at a state by hand, and for the script that takes pictures of all of them.
      Object.assign(globalThis, { fake });
      return fake;
    }
  }
  return createEngineClient();
}
