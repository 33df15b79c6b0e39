import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import type { FingerprintView } from '../../engine/contract.ts';
import { type Language, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { useCommand } from '../duet.tsx';
import { LanguageSwitch } from '../LanguageSwitch.tsx';
import { EmojiGrid } from '../verify/EmojiGrid.tsx';
import { useVerification } from '../verify/use-verification.ts';

/** M10: the key is not the one that is known. Nothing goes on until the person has compared and decided. */
export function BlockedPanel({ name }: { readonly name: string }) {
  const { t, language } = useWords();
  const run = useCommand();
  const { view: verification } = useVerification();
  const [compared, setCompared] = useState(false);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <div className="mx-auto max-w-3xl space-y-5 p-5 sm:p-8">
        <div role="alert" className="flex gap-4">
          <ShieldAlert size={32} className="shrink-0 text-danger" aria-hidden="true" />
          <div>
            <h3 className="font-semibold text-xl leading-snug">{t.blocked.title(name)}</h3>
            <p className="mt-1">{t.blocked.body(name)}</p>
          </div>
        </div>
        <div className="sm:w-56">
          <LanguageSwitch legend={t.verify.languageOfNames} />
        </div>
        {verification === null ? (
          <p className="flex items-center gap-3 text-muted">
            <Spinner /> {t.verify.loading}
          </p>
        ) : (
          <div className="grid gap-5 lg:grid-cols-2">
            {verification.pinned !== null && (
              <Side
                title={t.blocked.pinned}
                shown={verification.pinned}
                language={language}
                testId="fingerprint-pinned-emoji"
              />
            )}
            <Side
              title={t.blocked.now}
              shown={verification.theirs}
              language={language}
              testId="fingerprint-theirs-emoji"
            />
          </div>
        )}
        <p>{t.blocked.how(name)}</p>
        <CheckBox checked={compared} onChange={setCompared} data-testid="blocked-compared">
          {t.blocked.compared(name)}
        </CheckBox>
        <div className="flex flex-wrap gap-2">
          <Button
            look="primary"
            onClick={() => run((client) => client.leaveChat())}
            data-testid="blocked-refuse"
          >
            {t.blocked.refuse}
          </Button>
          <Button
            disabled={!compared || verification === null}
            onClick={() => run((client) => client.acceptChangedKey())}
            data-testid="blocked-accept"
          >
            {t.blocked.accept}
          </Button>
        </div>
      </div>
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly shown: FingerprintView;
  readonly language: Language;
  readonly testId: string;
}

function Side({ title, shown, language, testId }: SideProps) {
  return (
    <section>
      <h4 className="mb-2 font-medium">{title}</h4>
      <EmojiGrid emoji={shown.emoji} language={language} data-testid={testId} />
      <p className="mt-2 break-words font-mono text-muted text-xs leading-relaxed">{shown.hex}</p>
    </section>
  );
}
