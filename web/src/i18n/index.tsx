/** The words on the screen: one catalogue at a time, switched without a reload. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en, type Text } from './en.ts';
import { createFormat, type Format, type Language, languages, localeFor } from './format.ts';
import { ru } from './ru.ts';

export type { Text } from './en.ts';
export { type Format, type Language, languages } from './format.ts';

const catalogues: Readonly<Record<Language, Text>> = { en, ru };

/** Each language by its own name, so that it is found by those who read no other. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

export interface Words {
  readonly t: Text;
  readonly format: Format;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
}

const WordsContext = createContext<Words | null>(null);

export interface LanguageProviderProps {
  readonly initial: Language;
  /** Keeps the choice; called on every change. */
  readonly onChange?: (language: Language) => void;
  readonly children: ReactNode;
}

export function LanguageProvider({ initial, onChange, children }: LanguageProviderProps) {
  const [language, setLanguage] = useState(initial);
  const words = useMemo<Words>(
    () => ({
      t: catalogues[language],
      format: createFormat(localeFor(language, navigator.languages)),
      language,
      setLanguage: (next) => {
        setLanguage(next);
        onChange?.(next);
      },
    }),
    [language, onChange],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <WordsContext value={words}>{children}</WordsContext>;
}

/** The words and formats of the language in use. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new TypeError('useWords is used outside LanguageProvider');
  return words;
}

/** The kept choice, or the first of the browser's languages that there is a catalogue for, or English. */
export function chooseLanguage(kept: string | null, preferred: readonly string[]): Language {
  const known = (tag: string) =>
    languages.find((language) => tag === language || tag.startsWith(`${language}-`));
  return (
    (kept === null ? undefined : known(kept)) ??
    preferred.map(known).find((found) => found !== undefined) ??
    'en'
  );
}
