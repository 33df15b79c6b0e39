import { ChevronDown, ChevronRight, PhoneCall, ScanLine, UserRoundCheck, UsersRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TrustView, VerificationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { QrCode } from '../../ui/QrCode.tsx';
import { useCommand } from '../duet.tsx';
import { DirectoryHistory } from './DirectoryHistory.tsx';
import { EmojiGrid } from './EmojiGrid.tsx';
import { KeyHistory } from './KeyHistory.tsx';

const sure: ReadonlySet<TrustView> = new Set(['compared', 'sas', 'qr']);

/** protocol.md 3.3: sixty digits in twelve groups of five. */
export const groupsOfFive = (code: string): readonly string[] =>
  code.replace(/\D/g, '').match(/.{1,5}/g) ?? [];

export interface DoorsProps {
  readonly accountId: string;
  readonly name: string;
  readonly trust: TrustView;
  readonly verification: VerificationView;
  /** The session has been renewed since these were asked for: the other side may be looking at other emoji. */
  readonly renewed: boolean;
  readonly onRefresh: () => void;
  readonly onScan: () => void;
  readonly onTwelve: () => void;
  readonly onDifferent: () => void;
}

export function Doors(props: DoorsProps) {
  const { name, trust, verification, onScan, onTwelve } = props;
  const { t } = useWords();
  const done = sure.has(trust);
  return (
    <div className="space-y-4">
      {done ? (
        <Callout
          tone="plain"
          role="status"
          icon={<UserRoundCheck size={20} className="text-ink" aria-hidden="true" />}
          data-testid="compare-done"
        >
          <p className="font-semibold text-base">{t.verify.done.title(name)}</p>
          <p>
            {t.trust[trust].hint(name)} {t.verify.done.help(name)}
          </p>
        </Callout>
      ) : (
        <p className="text-ink-2">{t.verify.intro(name)}</p>
      )}
      <Door>
        <div className="flex flex-wrap items-center gap-4">
          <div className="w-34 shrink-0">
            <QrCode text={verification.qrText} label={t.verify.together.code} />
          </div>
          <div className="min-w-40 flex-1 space-y-2">
            <DoorTitle icon={<UsersRound size={20} strokeWidth={1.75} aria-hidden="true" />}>
              {t.verify.together.title}
            </DoorTitle>
            <p className="text-ink-2 text-sm">{t.verify.together.help(name)}</p>
            <Button
              small={true}
              icon={<ScanLine size={16} aria-hidden="true" />}
              onClick={onScan}
              data-testid="scan-open"
            >
              {t.verify.together.scan}
            </Button>
          </div>
        </div>
      </Door>
      <OnCall {...props} />
      <button
        type="button"
        onClick={onTwelve}
        data-testid="twelve-open"
        className="flex w-full items-center gap-3 rounded-dialog border border-rule p-4 text-left hover:bg-press loud:border-edge"
      >
        <span className="min-w-0 flex-1">
          <span className="block font-semibold">{t.verify.twelve.open}</span>
          <span className="block text-ink-2 text-sm">{t.verify.twelve.openHelp}</span>
        </span>
        <ChevronRight size={20} className="shrink-0" aria-hidden="true" />
      </button>
      <More {...props} />
      <DirectoryHistory accountId={props.accountId} name={name} />
    </div>
  );
}

function OnCall({ accountId, name, verification, renewed, onRefresh, onDifferent }: DoorsProps) {
  const { t, language } = useWords();
  const run = useCommand();
  const { sas } = verification;
  return (
    <Door>
      <DoorTitle icon={<PhoneCall size={20} strokeWidth={1.75} aria-hidden="true" />}>
        {t.verify.onCall.title}
      </DoorTitle>
      {sas === null ? (
        <p className="text-ink-2 text-sm">{t.verify.onCall.none}</p>
      ) : (
        <>
          <p className="text-ink-2 text-sm">{t.verify.onCall.help(name)}</p>
          <div className="rounded-card bg-wing px-2 py-1 loud:border loud:border-edge">
            <EmojiGrid emoji={sas} language={language} data-testid="sas-emoji" />
          </div>
          {renewed && (
            <Callout tone="warning" role="status" data-testid="sas-renewed">
              <p>{t.verify.renewed(name)}</p>
              <Button small={true} className="mt-2" onClick={onRefresh}>
                {t.verify.showNew}
              </Button>
            </Callout>
          )}
          <div className="grid grid-cols-2 gap-2">
            <Button
              look="primary"
              onClick={() => run((client) => client.markVerified({ accountId, by: 'sas' }))}
              data-testid="sas-confirm"
            >
              {t.verify.onCall.same}
            </Button>
            <Button onClick={onDifferent} data-testid="sas-differs">
              {t.verify.onCall.different}
            </Button>
          </div>
        </>
      )}
    </Door>
  );
}

/** For those who want to see it in numbers. */
function More({ name, verification }: DoorsProps) {
  const { t } = useWords();
  const { safetyCode, mine, theirs, history } = verification;
  return (
    <details className="group">
      <summary
        data-testid="compare-more"
        className="flex min-h-touch items-center justify-between gap-3 rounded-control px-4 text-ink-2"
      >
        {t.verify.more}
        <ChevronDown size={18} aria-hidden="true" className="transition-transform group-open:rotate-180" />
      </summary>
      <div className="space-y-5 px-4 pt-2">
        <section className="space-y-2">
          <h3 className="font-semibold text-sm">{t.verify.code}</h3>
          <p className="text-ink-2 text-sm">{t.verify.codeHint}</p>
          <p
            data-testid="safety-code"
            translate="no"
            className="grid max-w-xs grid-cols-4 gap-x-3 gap-y-1 font-mono tabular-nums"
          >
            {groupsOfFive(safetyCode).map((group, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place; digits may repeat.
              <span key={index}>{group} </span>
            ))}
          </p>
        </section>
        <section className="space-y-2">
          <h3 className="font-semibold text-sm">{t.verify.hex}</h3>
          <p className="text-ink-2 text-sm">{t.verify.hexHint}</p>
          <Hex title={t.verify.theirs(name)} hex={theirs.hex} />
          <Hex title={t.verify.mine} hex={mine.hex} />
        </section>
        {history.length > 0 && (
          <section className="space-y-2">
            <h3 className="font-semibold text-sm">{t.people.history}</h3>
            <p className="text-ink-2 text-sm">{t.people.historyHint(name)}</p>
            <KeyHistory history={history} name={name} />
          </section>
        )}
      </div>
    </details>
  );
}

function Door({ children }: { readonly children: ReactNode }) {
  return (
    <section className="space-y-3 rounded-dialog border border-rule p-4 loud:border-edge">{children}</section>
  );
}

function DoorTitle({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <h3 className="flex items-center gap-2 font-semibold text-lg">
      <span className="shrink-0">{icon}</span>
      {children}
    </h3>
  );
}

function Hex({ title, hex }: { readonly title: string; readonly hex: string }) {
  return (
    <div>
      <p className="text-ink-2 text-sm">{title}</p>
      <p translate="no" className="break-words font-mono text-sm leading-relaxed">
        {hex}
      </p>
    </div>
  );
}
