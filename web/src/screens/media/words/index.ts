import { type Language, useWords } from '../../../i18n/index.tsx';
import { en, type MediaText } from './en.ts';
import { ru } from './ru.ts';

export type { MediaText } from './en.ts';

const catalogues: Readonly<Record<Language, MediaText>> = { en, ru };

/** What is said about files, voice and video, in the language in use. */
export const useMediaWords = (): MediaText => catalogues[useWords().language];

/** Minutes and seconds of a playing time: 1:05. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
