/** Which engine makes a key or a digest: the platform where it passes the probe, the module everywhere else. */
import { DuetError } from '../errors.js';
import type { KeyData, Params } from './algorithms/algorithm.js';
import { decodeBase64url } from './formats/base64url.js';
import { type Feature, MODERN_FEATURES, type ModernFeature, PROBES } from './probe.js';
import type { Platform } from './types.js';

/** Who computes. */
export type Engine = 'native' | 'wasm';

/** Who is to compute: `auto` asks the platform first. */
export type EngineSetting = Engine | 'auto';

/** The choice for each feature, made once. */
export class Engines {
  readonly #native: Platform | undefined;
  readonly setting: EngineSetting;
  readonly #known = new Map<Feature, Engine>();
  readonly #asked = new Map<Feature, Promise<Engine>>();

  constructor(setting: EngineSetting, native: Platform | undefined) {
    this.setting = setting;
    this.#native = native;
  }

  /** The choice, if it has been made: then nothing has to be awaited. */
  known(feature: Feature): Engine | undefined {
    if (this.setting !== 'auto') return this.setting;
    return this.#native === undefined ? 'wasm' : this.#known.get(feature);
  }

  /** The choice. The first question about a feature costs a probe. */
  async pick(feature: Feature): Promise<Engine> {
    const known = this.known(feature);
    if (known !== undefined) return known;
    let asking = this.#asked.get(feature);
    if (asking === undefined) {
      asking = this.#ask(feature);
      this.#asked.set(feature, asking);
      // A probe that did not load has found out nothing.
      asking.catch(() => this.#asked.delete(feature));
    }
    return asking;
  }

  /** All choices. */
  async all(): Promise<Record<Feature, Engine>> {
    const features = [...Object.keys(PROBES), ...MODERN_FEATURES] as Feature[];
    const choices = await Promise.all(features.map(async (one) => [one, await this.pick(one)] as const));
    return Object.fromEntries(choices) as Record<Feature, Engine>;
  }

  async #ask(feature: Feature): Promise<Engine> {
    const probe = await probeOf(feature);
    // Whatever goes wrong in a probe is its result.
    const passed = this.#native !== undefined && (await probe(this.#native).catch(() => false));
    const engine = passed ? 'native' : 'wasm';
    this.#known.set(feature, engine);
    return engine;
  }
}

async function probeOf(feature: Feature): Promise<(native: Platform) => Promise<boolean>> {
  if (!isModern(feature)) return PROBES[feature];
  try {
    return (await import('./modern/probe.js')).MODERN_PROBES[feature];
  } catch (cause) {
    throw new DuetError('E_WASM_LOAD', `what asks the platform about ${feature} did not load`, { cause });
  }
}

const isModern = (feature: Feature): feature is ModernFeature =>
  (MODERN_FEATURES as readonly string[]).includes(feature);

/** The feature that a key belongs to. An AES key of a length that there is not is refused by either engine. */
export function featureOf({ name, length }: Pick<Params, 'name' | 'length'>, data?: KeyData): Feature {
  if (name !== 'AES-GCM') return name as Feature;
  switch (length ?? bitsOf(data)) {
    case 128:
      return 'AES-128-GCM';
    case 192:
      return 'AES-192-GCM';
    default:
      return 'AES-256-GCM';
  }
}

function bitsOf(data: KeyData | undefined): number | undefined {
  if (data === undefined) return undefined;
  const bytes = data.format === 'jwk' ? decodeBase64url(data.jwk.k ?? '') : data.bytes;
  return bytes && 8 * bytes.length;
}
