import { languageNames, languages, useWords } from '../i18n/index.tsx';
import { Choice } from '../ui/Choice.tsx';

export interface LanguageSwitchProps {
  readonly legend?: string;
  readonly hideLegend?: boolean;
  readonly 'data-testid'?: string;
}

export function LanguageSwitch({ legend, hideLegend = true, ...rest }: LanguageSwitchProps) {
  const { t, language, setLanguage } = useWords();
  return (
    <Choice
      {...rest}
      legend={legend ?? t.settings.language}
      hideLegend={hideLegend}
      options={languages.map((value) => ({ value, label: languageNames[value] }))}
      value={language}
      onChange={setLanguage}
    />
  );
}
