import { useState } from 'react';
import type { TrustView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Page } from '../../ui/Page.tsx';
import { ReturnFocus } from '../../ui/ReturnFocus.tsx';
import { BlockPerson } from '../BlockPerson.tsx';
import { useCommand } from '../duet.tsx';
import { MutePerson } from '../MutePerson.tsx';
import { Doors } from './Doors.tsx';
import { ScanCode } from './ScanCode.tsx';
import { Twelve } from './Twelve.tsx';
import { useVerification } from './use-verification.ts';

export interface CompareProps {
  readonly accountId: string;
  readonly name: string;
  readonly trust: TrustView;
  readonly onClose: () => void;
}

type View = 'doors' | 'scan' | 'twelve' | 'different';

/** M10: is it really them? A panel beside the talk, which stays. It begins with two doors: together, and on a call. */
export function Compare(props: CompareProps) {
  return (
    <ReturnFocus>
      <Views {...props} />
    </ReturnFocus>
  );
}

function Views({ accountId, name, trust, onClose }: CompareProps) {
  const { t } = useWords();
  const verification = useVerification(accountId);
  const [view, setView] = useState<View>('doors');
  const toDoors = () => setView('doors');
  const back = { label: t.app.back, onBack: toDoors };
  const close = { label: t.app.close, onClose };
  const frame = {
    close,
    className:
      'bg-sheet motion-safe:animate-turn wide:max-w-panel 3xl:max-w-120 wide:border-rule wide:border-l',
    'data-testid': 'compare-panel',
  };

  if (verification.view === null) {
    return (
      <Page {...frame} title={t.verify.title(name)}>
        <p role="status" className="marking">
          {t.verify.loading}
        </p>
      </Page>
    );
  }
  switch (view) {
    case 'doors':
      return (
        <Page {...frame} key={view} title={t.verify.title(name)}>
          <Doors
            accountId={accountId}
            name={name}
            trust={trust}
            verification={verification.view}
            renewed={verification.renewed}
            onRefresh={verification.refresh}
            onScan={() => setView('scan')}
            onTwelve={() => setView('twelve')}
            onDifferent={() => setView('different')}
          />
          <div className="mt-6 flex flex-wrap">
            <MutePerson person={{ accountId, name }} />
            <BlockPerson person={{ accountId, name }} />
          </div>
        </Page>
      );
    case 'scan':
      return (
        <Page {...frame} key={view} deep={true} title={t.verify.scan.title} back={back}>
          <p className="mb-4 text-ink-2">{t.verify.scan.hint(name)}</p>
          <ScanCode accountId={accountId} name={name} />
        </Page>
      );
    case 'twelve':
      return (
        <Twelve
          key={view}
          frame={frame}
          back={back}
          accountId={accountId}
          name={name}
          verification={verification.view}
          onSame={toDoors}
          onDifferent={() => setView('different')}
        />
      );
    case 'different':
      return (
        <Page {...frame} key={view} deep={true} title={t.verify.different.title(name)} back={back}>
          <Different accountId={accountId} onAgain={toDoors} />
        </Page>
      );
    default:
      return assertNever(view);
  }
}

interface DifferentProps {
  readonly accountId: string;
  readonly onAgain: () => void;
}

function Different({ accountId, onAgain }: DifferentProps) {
  const { t } = useWords();
  const run = useCommand();
  return (
    <div className="space-y-4">
      <Callout tone="danger" role="alert" data-testid="compare-different">
        {t.verify.different.help}
      </Callout>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={() => run((client) => client.leaveChat({ accountId }))}>
          {t.verify.different.leave}
        </Button>
        <Button onClick={onAgain}>{t.verify.different.again}</Button>
      </div>
    </div>
  );
}

function assertNever(view: never): never {
  throw new TypeError(`unknown view ${String(view)}`);
}
