import { UserRoundX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { VerificationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { classes } from '../../ui/classes.ts';
import { useCommand } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { DirectoryHistory } from '../verify/DirectoryHistory.tsx';
import { EmojiGrid } from '../verify/EmojiGrid.tsx';
import { useTicks } from '../verify/use-ticks.ts';
import { useVerification } from '../verify/use-verification.ts';

/** M10: the key is not the one that is known. It is looked at before anything; nothing goes on until then. */
export function ChangedKey({ peer: { accountId, name } }: { readonly peer: Person }) {
  const { t } = useWords();
  const { view } = useVerification(accountId);
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain">
      <div className="mx-auto w-full max-w-152 space-y-5 px-5 pt-6 pb-[max(2rem,env(safe-area-inset-bottom))] sm:pt-8">
        <div role="alert" className="space-y-4">
          <span className="grid size-14 place-items-center rounded-full bg-danger-soft text-danger">
            <UserRoundX size={24} strokeWidth={1.6} aria-hidden="true" />
          </span>
          <h3 className="title">{t.states['blocked-key-changed'].title(name)}</h3>
          <p>{t.states['blocked-key-changed'].hint(name)}</p>
        </div>
        {view === null ? (
          <p role="status" className="marking">
            {t.verify.loading}
          </p>
        ) : (
          <div className="flex flex-col gap-5">
            <Review accountId={accountId} name={name} view={view} />
            <DirectoryHistory accountId={accountId} name={name} />
          </div>
        )}
      </div>
    </div>
  );
}

type Step = 'look' | 'compare' | 'told';

function Review({ accountId, name, view }: Person & { readonly view: VerificationView }) {
  const { t, language, format } = useWords();
  const run = useCommand();
  const [step, setStep] = useState<Step>('look');
  const [told, setTold] = useState(false);
  const ticks = useTicks(view.theirs);
  const accept = () => run((client) => client.acceptChangedKey({ accountId }));
  const refuse = (
    <Button onClick={() => run((client) => client.leaveChat({ accountId }))} data-testid="blocked-refuse">
      {t.blocked.refuse}
    </Button>
  );
  return (
    <>
      {step === 'compare' && <p role="status">{t.blocked.how(name)}</p>}
      {/* On a phone what one can do comes before what there is to see, unless it is what has to be heard. */}
      <div className={classes('grid gap-3 sm:grid-cols-2', step !== 'compare' && 'max-sm:order-last')}>
        {view.pinned !== null && (
          <Side
            title={t.blocked.known(name)}
            className={step === 'compare' ? 'max-sm:hidden' : undefined}
            note={view.firstSeen === null ? null : t.people.since(format.date(view.firstSeen))}
          >
            <EmojiGrid emoji={view.pinned.emoji} language={language} data-testid="fingerprint-pinned-emoji" />
          </Side>
        )}
        <Side title={t.blocked.now} note={t.trust['first-use'].note()} alarming={true}>
          <EmojiGrid
            emoji={view.theirs.emoji}
            language={language}
            data-testid="fingerprint-theirs-emoji"
            {...(step === 'compare' ? ticks : {})}
          />
        </Side>
      </div>
      {step === 'look' && (
        <div className="space-y-2">
          <Button
            look="primary"
            className="w-full"
            onClick={() => setStep('compare')}
            data-testid="blocked-compare"
          >
            {t.blocked.call(name)}
          </Button>
          <div className="grid grid-cols-2 gap-2">
            {refuse}
            <Button look="quiet" onClick={() => setStep('told')} data-testid="blocked-know">
              {t.blocked.know}
            </Button>
          </div>
        </div>
      )}
      {step === 'compare' && (
        <div className="grid gap-2 sm:grid-cols-2">
          <Button look="primary" disabled={ticks.left > 0} onClick={accept} data-testid="blocked-accept">
            {ticks.left > 0 ? t.verify.twelve.left(ticks.left) : t.blocked.itIs(name)}
          </Button>
          {refuse}
        </div>
      )}
      {step === 'told' && (
        <div className="space-y-3">
          <p>{t.blocked.knowHelp(name)}</p>
          <CheckBox checked={told} onChange={setTold} data-testid="blocked-told">
            {t.blocked.told(name)}
          </CheckBox>
          <div className="grid gap-2 sm:grid-cols-2">
            {refuse}
            <Button disabled={!told} onClick={accept} data-testid="blocked-accept">
              {t.blocked.accept}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

interface SideProps {
  readonly title: string;
  readonly note: string | null;
  readonly alarming?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

function Side({ title, note, alarming = false, className, children }: SideProps) {
  return (
    <section
      className={classes(
        'rounded-card bg-sheet px-4 pt-3 pb-3',
        alarming ? 'border-[1.5px] border-danger border-dashed' : 'border border-rule loud:border-edge',
        className,
      )}
    >
      <h4 className="font-semibold text-sm">{title}</h4>
      {children}
      {note !== null && <p className="pt-1 text-ink-2 text-xs">{note}</p>}
    </section>
  );
}
