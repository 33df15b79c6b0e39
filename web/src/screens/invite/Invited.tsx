import { Phone } from 'lucide-react';
import { useState } from 'react';
import type { UserError } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Pair } from '../../ui/Pair.tsx';
import { useApp, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Hollow } from '../Hollow.tsx';
import { toUserError } from '../user-error.ts';
import { useMyName, voiceOf, voicesOf } from '../voices.ts';
import type { OpenedInvitation } from './use-invitation.ts';

export interface InvitedProps {
  readonly invitation: OpenedInvitation;
  readonly onCalled: () => void;
}

/** Somebody's invitation brought the person here. A link alone calls nobody: they do. */
export function Invited({ invitation: { name, text }, onCalled }: InvitedProps) {
  const { t } = useWords();
  const { client, memory } = useDuet();
  const me = useMyName();
  const online = useApp((app) => app.connection.state === 'online');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<UserError | null>(null);
  const putAway = () => memory.setState({ invitation: null });
  const call = async () => {
    setBusy(true);
    setError(null);
    try {
      await client.acceptInvitation({ text });
      putAway();
      onCalled();
    } catch (reason) {
      setError(toUserError(reason));
      setBusy(false);
    }
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto" data-testid="invited">
      <Hollow
        mark={
          <Pair
            left={{ name, voice: voicesOf(name, me).theirs }}
            right={{ name: me, voice: voiceOf(me) }}
            state="apart"
            large={true}
          />
        }
        level={2}
        title={t.invited.title(name)}
      >
        <p className="max-w-108 text-ink-2">{t.invited.ready(name)}</p>
        {error !== null && <ErrorNote error={error} />}
        <div className="flex flex-wrap justify-center gap-2">
          <Button
            look="primary"
            busy={busy}
            disabled={!online}
            icon={<Phone size={20} strokeWidth={1.75} aria-hidden="true" />}
            onClick={call}
            data-testid="invited-call"
          >
            {t.invited.call(name)}
          </Button>
          <Button onClick={putAway} data-testid="invited-later">
            {t.invited.later}
          </Button>
        </div>
      </Hollow>
    </div>
  );
}
