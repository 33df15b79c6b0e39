import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { TrustView, VerificationView } from '../../engine/contract.ts';
import { type Language, languageNames, languages, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { useCommand } from '../duet.tsx';
import { EmojiGrid, rowsOf } from './EmojiGrid.tsx';
import { OtherWays } from './OtherWays.tsx';
import { useVerification } from './use-verification.ts';

const compared: ReadonlySet<TrustView> = new Set(['compared', 'sas', 'qr']);

export interface FingerprintDialogProps {
  readonly name: string;
  readonly trust: TrustView;
  readonly onClose: () => void;
}

/**
 * M10: both fingerprints of the keys in use, side by side. It says what to do and with whom, and offers "compared"
 * only to somebody who ticked every row. The result stays until the dialog is closed.
 */
export function FingerprintDialog({ name, trust, onClose }: FingerprintDialogProps) {
  const { t, language: screenLanguage } = useWords();
  const run = useCommand();
  const { view: verification, renewed, refresh } = useVerification();
  const [language, setLanguage] = useState<Language>(screenLanguage);
  /** By fingerprint, so that ticks never outlive the key that they are about. */
  const [ticks, setTicks] = useState<{ readonly hex: string; readonly rows: readonly boolean[] } | null>(
    null,
  );

  const rows = verification === null ? 0 : rowsOf(verification.theirs.emoji).length;
  const ticked = ticks !== null && ticks.hex === verification?.theirs.hex ? ticks.rows : [];
  const complete =
    rows > 0 && Array.from({ length: rows }, (_, row) => ticked[row]).every((tick) => tick === true);
  const done = compared.has(trust);

  const onTick = (row: number, tick: boolean) => {
    if (verification === null) return;
    const next = Array.from({ length: rows }, (_, index) => (index === row ? tick : ticked[index] === true));
    setTicks({ hex: verification.theirs.hex, rows: next });
  };

  return (
    <Dialog
      wide={true}
      title={t.verify.title(name)}
      closeLabel={t.app.close}
      onClose={onClose}
      data-testid="fingerprint-dialog"
      footer={
        <div className="flex flex-wrap items-center justify-between gap-3">
          {done ? (
            <p role="status" className="flex min-w-56 flex-1 items-start gap-2 text-sm">
              <CircleCheck size={20} className="shrink-0 text-accent" aria-hidden="true" />
              <span>
                <span className="font-medium">{t.trust[trust].label}.</span> {t.verify.confirmedHelp(name)}
              </span>
            </p>
          ) : (
            <p className="min-w-40 flex-1 text-muted text-sm">{!complete && t.verify.tickAll}</p>
          )}
          {done ? (
            <Button onClick={onClose}>{t.app.close}</Button>
          ) : (
            <Button
              look="primary"
              disabled={!complete}
              onClick={() => run((client) => client.markVerified({ by: 'compared' }))}
              data-testid="fingerprint-confirm"
            >
              {t.verify.confirm}
            </Button>
          )}
        </div>
      }
    >
      {verification === null ? (
        <p role="status" className="flex items-center gap-3 text-muted">
          <Spinner /> {t.verify.loading}
        </p>
      ) : (
        <div className="space-y-6">
          <p>{t.verify.intro(name)}</p>
          <Fingerprints
            verification={verification}
            name={name}
            language={language}
            onLanguage={setLanguage}
            ticked={ticked}
            onTick={onTick}
          />
          <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
            <span className="font-medium">{t.verify.mismatch}</span> {t.verify.mismatchHelp}
          </Callout>
          <OtherWays
            verification={verification}
            name={name}
            language={language}
            renewed={renewed}
            onRefresh={refresh}
          />
        </div>
      )}
    </Dialog>
  );
}

interface FingerprintsProps {
  readonly verification: VerificationView;
  readonly name: string;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  readonly ticked: readonly boolean[];
  readonly onTick: (row: number, ticked: boolean) => void;
}

function Fingerprints({ verification, name, language, onLanguage, ticked, onTick }: FingerprintsProps) {
  const { t } = useWords();
  return (
    <div>
      <div className="mb-4 sm:w-56">
        <Choice
          legend={t.verify.languageOfNames}
          hideLegend={true}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={language}
          onChange={onLanguage}
          data-testid="fingerprint-language"
        />
      </div>
      <div className="grid gap-6 md:grid-cols-2">
        <section>
          <h3 className="mb-2 font-medium">{t.verify.theirs(name)}</h3>
          <EmojiGrid
            emoji={verification.theirs.emoji}
            language={language}
            ticked={ticked}
            onTick={onTick}
            data-testid="fingerprint-theirs-emoji"
          />
        </section>
        <section>
          <h3 className="mb-2 font-medium">{t.verify.mine}</h3>
          <EmojiGrid
            emoji={verification.mine.emoji}
            language={language}
            data-testid="fingerprint-mine-emoji"
          />
          <p className="mt-2 text-muted text-sm">{t.verify.mineHint(name)}</p>
        </section>
      </div>
    </div>
  );
}
