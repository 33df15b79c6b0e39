import { useState } from 'react';
import type { VerificationView } from '../../engine/contract.ts';
import { type Language, languageNames, languages, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Page, type PageProps } from '../../ui/Page.tsx';
import { useCommand } from '../duet.tsx';
import { useVoices } from '../voices.ts';
import { EmojiGrid } from './EmojiGrid.tsx';
import { useTicks } from './use-ticks.ts';
import { VoiceCard } from './VoiceCard.tsx';

export interface TwelveProps {
  readonly frame: Omit<PageProps, 'title' | 'children'>;
  readonly back: NonNullable<PageProps['back']>;
  readonly accountId: string;
  readonly name: string;
  readonly verification: VerificationView;
  readonly onSame: () => void;
  readonly onDifferent: () => void;
}

/** Both fingerprints, one for each voice. "It is them" is for somebody who ticked every row. */
export function Twelve({ frame, back, accountId, name, verification, onSame, onDifferent }: TwelveProps) {
  const { t, language: screenLanguage } = useWords();
  const run = useCommand();
  const voices = useVoices(name);
  const [language, setLanguage] = useState<Language>(screenLanguage);
  const { ticked, onTick, left } = useTicks(verification.theirs);
  const confirm = async () => {
    if (await run((client) => client.markVerified({ accountId, by: 'compared' }))) onSame();
  };
  return (
    <Page
      deep={true}
      {...frame}
      title={t.verify.twelve.title}
      back={back}
      footer={
        <div className="flex flex-col gap-1">
          <Button
            look="primary"
            disabled={left > 0}
            onClick={() => void confirm()}
            data-testid="fingerprint-confirm"
          >
            {left > 0 ? t.verify.twelve.left(left) : t.verify.twelve.confirm(name)}
          </Button>
          <Button look="quiet" onClick={onDifferent}>
            {t.verify.twelve.differs}
          </Button>
        </div>
      }
    >
      <div className="space-y-4">
        <p className="text-ink-2 text-sm">{t.verify.twelve.help(name)}</p>
        <VoiceCard voice={voices.theirs} title={name} task={t.verify.twelve.listen}>
          <EmojiGrid
            emoji={verification.theirs.emoji}
            language={language}
            ticked={ticked}
            onTick={onTick}
            data-testid="fingerprint-theirs-emoji"
          />
        </VoiceCard>
        <VoiceCard voice={voices.mine} title={t.chat.you} task={t.verify.twelve.read}>
          <EmojiGrid
            emoji={verification.mine.emoji}
            language={language}
            data-testid="fingerprint-mine-emoji"
          />
        </VoiceCard>
        <Choice
          legend={t.verify.languageOfNames}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={language}
          onChange={setLanguage}
          data-testid="fingerprint-language"
        />
      </div>
    </Page>
  );
}
