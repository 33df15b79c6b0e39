import { Phone, Search } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { Pair } from '../../ui/Pair.tsx';
import { usePresence } from '../duet.tsx';
import { Hollow } from '../Hollow.tsx';
import { useMyName, voiceOf, voicesOf } from '../voices.ts';
import { hereNote, SEARCH_ID } from './Lobby.tsx';
import { useCall } from './use-call.ts';
import type { Known } from './use-known.ts';

/** As many as fit at a glance; the list beside has everybody. */
const SHOWN = 3;

/** The stage while there is no conversation: whom one could talk to, or what this is for. */
export function Welcome({ known }: { readonly known: readonly Known[] }) {
  const { t } = useWords();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      {known.length === 0 ? <Nobody /> : <Somebody known={known.slice(0, SHOWN)} promise={t.lobby.promise} />}
    </div>
  );
}

function Somebody({ known, promise }: { readonly known: readonly Known[]; readonly promise: string }) {
  const { t } = useWords();
  const me = useMyName();
  const call = useCall();
  const presence = usePresence();
  return (
    <div className="m-auto flex max-w-176 flex-col items-center gap-5 p-6 text-center">
      <h2 className="title">{t.lobby.who}</h2>
      <ul className="flex flex-wrap justify-center gap-4">
        {known.map(({ accountId, name, trust }) => (
          <li
            key={accountId}
            className="flex w-46 flex-col items-center rounded-dialog border border-rule bg-sheet px-3 pt-5 pb-4 loud:border-edge"
          >
            <Disc name={name} voice={voicesOf(name, me).theirs} presence={presence(accountId)} size="large" />
            <p className="mt-2 w-full truncate font-semibold">{name}</p>
            <p className="text-ink-2 text-sm">
              {hereNote(t, presence(accountId), t.trust[trust].note(name))}
            </p>
            <Button
              small={true}
              className="mt-3"
              icon={<Phone size={16} aria-hidden="true" />}
              aria-label={t.lobby.call(name)}
              onClick={() => call({ accountId, name })}
            >
              {t.lobby.free}
            </Button>
          </li>
        ))}
      </ul>
      <p className="max-w-100 text-ink-2 text-sm">{promise}</p>
    </div>
  );
}

function Nobody() {
  const { t } = useWords();
  const me = useMyName();
  return (
    <Hollow
      mark={<Pair left={null} right={{ name: me, voice: voiceOf(me) }} state="together" large={true} />}
      level={2}
      title={t.lobby.emptyTitle}
    >
      <p className="max-w-108 text-ink-2">{t.lobby.empty}</p>
      <Button
        look="primary"
        icon={<Search size={20} aria-hidden="true" />}
        onClick={() => document.getElementById(SEARCH_ID)?.focus()}
      >
        {t.lobby.find}
      </Button>
    </Hollow>
  );
}
