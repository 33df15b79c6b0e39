/** The few choices that are kept on this device. Nothing else of the page is written down. */
import type { EngineMode } from '../engine/contract.ts';
import type { Contrast, Theme } from '../screens/settings/Settings.tsx';
import type { Notify } from '../screens/signs/notify.ts';

const KEYS = {
  signedIn: 'duet.signed-in',
  engine: 'duet.engine',
  theme: 'duet.theme',
  contrast: 'duet.contrast',
  language: 'duet.language',
  eraseOnDrop: 'duet.erase-on-drop',
  whoIsHere: 'duet.who-is-here',
  notify: 'duet.notify',
  sounds: 'duet.sounds',
  muted: 'duet.muted',
} as const;

export type PreferenceName = keyof typeof KEYS;

/** Null where nothing was chosen, and where the browser keeps no data for this site (it throws then). */
export function readPreference(name: PreferenceName): string | null {
  try {
    return localStorage.getItem(KEYS[name]);
  } catch {
    return null;
  }
}

/** Where nothing can be kept the choice holds until the tab goes; the screen shows it either way. */
export function keepPreference(name: PreferenceName, value: string): void {
  try {
    localStorage.setItem(KEYS[name], value);
  } catch {
    return;
  }
}

const oneOf = <T extends string>(values: readonly T[], kept: string | null, otherwise: T): T =>
  values.find((value) => value === kept) ?? otherwise;

export const keptEngine = (): EngineMode =>
  oneOf(['auto', 'native', 'wasm'], readPreference('engine'), 'auto');

export const keptTheme = (): Theme => oneOf(['system', 'light', 'dark'], readPreference('theme'), 'system');

export const keptContrast = (): Contrast => oneOf(['system', 'more'], readPreference('contrast'), 'system');

export const keptEraseOnDrop = (): boolean => readPreference('eraseOnDrop') === 'yes';

export const keptWhoIsHere = (): boolean => readPreference('whoIsHere') !== 'no';

export const keptNotify = (): Notify => oneOf(['ask', 'yes', 'no'], readPreference('notify'), 'ask');

export const keptSounds = (): boolean => readPreference('sounds') !== 'no';
