// Plays what the model assumes of several relays: people are at whichever relay the balancer gave them, and write to others as it comes. Counts
// what each relay and Redis handle, and compares with the model.
//
//   node infra/scaling/simulate.mjs [RELAYS]

import { pathToFileURL } from 'node:url';
import { needs } from './model.mjs';

/** A generator with a seed, so that every run is the same (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An hour of `accounts` people over `relays`. */
export function hour(accounts, relays, seed = 1) {
  const random = seeded(seed);
  const asked = needs(accounts, { relays });
  const people = Math.round(asked.connected);
  const at = Array.from({ length: people }, () => Math.floor(random() * relays));
  // Everybody has one whom they talk with now; some people are talked with by several.
  const partner = Array.from({ length: people }, () => Math.floor(random() * people));
  const handled = new Array(relays).fill(0);
  let [crossing, frames] = [0, 0];
  // Each person writes about once a minute, as Poisson has it.
  const pause = () => -Math.log(1 - random());
  for (let person = 0; person < people; person += 1) {
    const [from, to] = [at[person], at[partner[person]]];
    let minute = pause();
    while (minute < 60) {
      // The message and its receipt.
      frames += 2;
      handled[from] += 2;
      if (from !== to) {
        crossing += 2;
        handled[to] += 2;
      }
      minute += pause();
    }
  }
  const seconds = 3600;
  return {
    frames: frames / seconds,
    crossing: crossing / seconds,
    handled: handled.map((count) => count / seconds),
    model: {
      frames: asked.frames,
      crossing: asked.frames * (1 - 1 / relays),
      handled: (asked.frames * (2 - 1 / relays)) / relays,
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const relays = Number(process.argv[2] ?? 8);
  const { frames, crossing, handled, model } = hour(1e6, relays);
  const line = (what, simulated, by) =>
    process.stdout.write(`${what}: ${simulated.toFixed(1)}/s, the model says ${by.toFixed(1)}\n`);
  line('frames', frames, model.frames);
  line('between relays', crossing, model.crossing);
  line('the busiest relay', Math.max(...handled), model.handled);
}
