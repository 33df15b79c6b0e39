import { KeyRound, LogOut, ShieldCheck, Trash2 } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { useApp, useCommand } from '../duet.tsx';
import { useLeaveTalks } from '../LeaveTalks.tsx';
import { useSecondFactorWords } from '../second-factor/words/index.ts';
import { voiceName, voiceOf } from '../voices.ts';
import { Logins } from './Logins.tsx';
import { Row, Rows } from './Row.tsx';
import type { View } from './view.ts';

export interface AccountProps {
  readonly name: string;
  readonly onView: (view: View) => void;
}

/** Who one is, where one is signed in, and the ways out. */
export function Account({ name, onView }: AccountProps) {
  const { t } = useWords();
  const { page: second } = useSecondFactorWords();
  const run = useCommand();
  const realm = useApp((app) => app.realm);
  const logout = useLeaveTalks({
    title: t.settings.logoutTitle,
    leave: t.settings.logout,
    onLeave: () => void run((client) => client.logout()),
    'data-testid': 'logout-ask',
  });
  return (
    <section aria-label={t.settings.account} className="space-y-4">
      <div className="flex items-center gap-4">
        <Disc name={name} voice={voiceOf(name)} presence="here" size="large" />
        <div className="min-w-0">
          <h3 data-part="account" tabIndex={-1} className="title scroll-mt-4 break-words outline-none">
            {name}
          </h3>
          <p className="text-ink-2 text-sm">{t.settings.colour(t.settings.voices[voiceName(name)])}</p>
        </div>
      </div>
      <Rows>
        <Row
          Icon={KeyRound}
          title={t.password.title}
          note={t.password.note}
          onOpen={() => onView('change-password')}
          data-testid="open-change-password"
        />
        <Row
          Icon={ShieldCheck}
          title={second.title}
          note={second.note}
          onOpen={() => onView('second-factor')}
          data-testid="open-second-factor"
        />
      </Rows>
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-rule bg-sheet px-4 py-3 loud:border-edge">
        <div className="min-w-40 flex-1">
          {realm !== null && <p className="break-words">{t.signIn.realm(realm)}</p>}
          <p className="text-ink-2 text-sm">{t.settings.logoutHint}</p>
        </div>
        <Button icon={<LogOut size={18} aria-hidden="true" />} onClick={logout.begin} data-testid="logout">
          {t.settings.logout}
        </Button>
        {logout.dialog}
      </div>
      <h4 className="pt-2 font-semibold">{t.logins.title}</h4>
      <Logins />
      <Rows>
        <Row
          Icon={Trash2}
          title={t.deletion.title}
          danger={true}
          onOpen={() => onView('delete-account')}
          data-testid="open-delete-account"
        />
      </Rows>
    </section>
  );
}
