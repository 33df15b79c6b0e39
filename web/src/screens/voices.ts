/**
 * Everybody has a voice: one of eight colours, the same on both screens and on every device. It comes from the
 * account's name and never from a key, so it proves nothing.
 */
import { accountName } from '../state/index.ts';
import { useApp } from './duet.tsx';

export const voiceNames = ['rose', 'iris', 'sky', 'clay', 'marigold', 'moss', 'pine', 'lagoon'] as const;

export type VoiceName = (typeof voiceNames)[number];

/** Both sides of a conversation, as classes of `styles/tokens.css`. */
export interface Voices {
  readonly theirs: string;
  readonly mine: string;
}

function indexOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i += 1) hash = (Math.imul(hash, 429) + name.charCodeAt(i)) >>> 0;
  return (hash ^ (hash >>> 16)) & 7;
}

const at = (index: number): VoiceName => voiceNames[index & 7] ?? 'pine';

export const voiceName = (name: string): VoiceName => at(indexOf(name));

/** The class of somebody's voice, where they stand alone. */
export const voiceOf = (name: string): string => `voice-${voiceName(name)}`;

/** If two would share a voice, the later name in the alphabet takes the next one: both screens find the same pair. */
export function voicesOf(their: string, my: string): Voices {
  const [theirs, mine] = [indexOf(their), indexOf(my)];
  const clash = theirs === mine;
  return {
    theirs: `voice-${at(clash && their > my ? theirs + 1 : theirs)}`,
    mine: `voice-${at(clash && their <= my ? mine + 1 : mine)}`,
  };
}

/** One's own name; empty before there is one. */
export const useMyName = (): string => useApp((app) => accountName(app.account)) ?? '';

export const useVoices = (their: string): Voices => voicesOf(their, useMyName());
