import { Languages } from 'lucide-react';
import { languageNames, languages, useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Choice } from '../ui/Choice.tsx';

/** In the settings: all there are. */
export function LanguageSwitch() {
  const { t, language, setLanguage } = useWords();
  return (
    <Choice
      legend={t.settings.language}
      options={languages.map((value) => ({ value, label: languageNames[value] }))}
      value={language}
      onChange={setLanguage}
      data-testid="settings-language"
    />
  );
}

/** Before the sign-in: the other language, by its own name, so that it is found by those who read no other. */
export function LanguageButton() {
  const { language, setLanguage } = useWords();
  const other = languages.find((one) => one !== language) ?? language;
  return (
    <Button
      look="quiet"
      small={true}
      lang={other}
      icon={<Languages size={16} aria-hidden="true" />}
      onClick={() => setLanguage(other)}
      data-testid="language-button"
    >
      {languageNames[other]}
    </Button>
  );
}
