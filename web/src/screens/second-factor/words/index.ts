import { type Language, useWords } from '../../../i18n/index.tsx';
import { en, type SecondFactorText } from './en.ts';
import { ru } from './ru.ts';

export type { SecondFactorText } from './en.ts';

const catalogues: Readonly<Record<Language, SecondFactorText>> = { en, ru };

/** What is said about the second factor, in the language in use. */
export const useSecondFactorWords = (): SecondFactorText => catalogues[useWords().language];
