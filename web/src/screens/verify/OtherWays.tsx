import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import type { VerificationView } from '../../engine/contract.ts';
import { type Language, useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { QrCode } from '../../ui/QrCode.tsx';
import { useCommand } from '../duet.tsx';
import { EmojiGrid } from './EmojiGrid.tsx';
import { KeyHistory } from './KeyHistory.tsx';
import { ScanCode } from './ScanCode.tsx';

/** protocol.md 3.3: sixty digits in twelve groups of five. */
export const groupsOfFive = (code: string): readonly string[] =>
  code.replace(/\D/g, '').match(/.{1,5}/g) ?? [];

export interface OtherWaysProps {
  readonly verification: VerificationView;
  readonly name: string;
  readonly language: Language;
  /** The session has been renewed since these were asked for: the other side may be looking at other emoji. */
  readonly renewed: boolean;
  readonly onRefresh: () => void;
}

export function OtherWays({ verification, name, language, renewed, onRefresh }: OtherWaysProps) {
  const { t } = useWords();
  const run = useCommand();
  const { sas, safetyCode, qrText, mine, theirs, history } = verification;
  return (
    <section>
      <h3 className="mb-2 font-medium">{t.verify.ways}</h3>
      <div className="divide-y divide-line rounded-xl border border-line bg-surface">
        {sas !== null && (
          <Way title={t.verify.sas} hint={t.verify.sasHint}>
            <EmojiGrid emoji={sas} language={language} data-testid="sas-emoji" />
            {renewed && (
              <Callout tone="warning" role="status" className="mt-3" data-testid="sas-renewed">
                <p>{t.verify.sasRenewed(name)}</p>
                <Button className="mt-2" onClick={onRefresh}>
                  {t.verify.sasShowNew}
                </Button>
              </Callout>
            )}
            <Button
              className="mt-3"
              onClick={() => run((client) => client.markVerified({ by: 'sas' }))}
              data-testid="sas-confirm"
            >
              {t.verify.sasConfirm}
            </Button>
          </Way>
        )}
        <Way title={t.verify.code} hint={t.verify.codeHint}>
          <p
            data-testid="safety-code"
            className="grid max-w-xs grid-cols-4 gap-x-3 gap-y-1 font-mono text-base tabular-nums"
          >
            {groupsOfFive(safetyCode).map((group, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place; digits may repeat.
              <span key={index}>{group} </span>
            ))}
          </p>
        </Way>
        <Way title={t.verify.qr} hint={t.verify.qrHint(name)}>
          <QrCode text={qrText} label={t.verify.qrName} />
        </Way>
        <Way title={t.verify.scan.title} hint={t.verify.scan.hint(name)}>
          <ScanCode name={name} />
        </Way>
        <Way title={t.verify.hex} hint={t.verify.hexHint}>
          <Hex title={t.verify.theirs(name)} hex={theirs.hex} />
          <Hex title={t.verify.mine} hex={mine.hex} />
        </Way>
        {history.length > 0 && (
          <Way title={t.people.history} hint={t.people.historyHint(name)}>
            <KeyHistory history={history} />
          </Way>
        )}
      </div>
    </section>
  );
}

function Way({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}) {
  return (
    <details className="group">
      <summary className="flex min-h-12 items-center justify-between gap-3 rounded-xl px-4 py-2 -outline-offset-2">
        {title}
        <ChevronDown
          size={18}
          aria-hidden="true"
          className="text-muted transition-transform group-open:rotate-180"
        />
      </summary>
      <div className="px-4 pb-4">
        <p className="mb-3 text-muted text-sm">{hint}</p>
        {children}
      </div>
    </details>
  );
}

function Hex({ title, hex }: { readonly title: string; readonly hex: string }) {
  return (
    <div className="mt-2">
      <p className="text-muted text-sm">{title}</p>
      <p className="break-words font-mono text-sm leading-relaxed">{hex}</p>
    </div>
  );
}
