import { Laptop, LogOut, Smartphone } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LoginView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { useCommand } from '../duet.tsx';
import { useLeaveTalks } from '../LeaveTalks.tsx';
import { deviceOf } from './device.ts';
import { Row, Rows } from './Row.tsx';

/** A3: every device on which the account is signed in, and the way to end what one does not recognize. */
export function Logins() {
  const { t, format } = useWords();
  const run = useCommand();
  const [logins, setLogins] = useState<readonly LoginView[]>([]);
  const [busy, setBusy] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when it is opened, and after what changes it.
  useEffect(() => {
    void run(async (client) => setLogins(await client.logins()));
  }, []);

  const end = async (work: Parameters<typeof run>[0]) => {
    setBusy(true);
    await run(async (client) => {
      await work(client);
      setLogins(await client.logins());
    });
    setBusy(false);
  };
  const endAll = async () => {
    setBusy(true);
    await run((client) => client.endLogins({ keepThis: false }));
    setBusy(false);
  };

  const all = useLeaveTalks({
    title: t.settings.logoutTitle,
    leave: t.logins.endAll,
    onLeave: () => void endAll(),
    'data-testid': 'logout-all-ask',
  });

  const now = Date.now();
  return (
    <>
      <Rows data-testid="logins">
        {logins.map(({ id, userAgent, address, lastUsed, current }) => {
          const { browser, system, handheld } = deviceOf(userAgent);
          const name = t.logins.on(browser ?? t.logins.browser, system ?? t.logins.system);
          const when = current ? t.logins.now : format.ago(now - lastUsed);
          return (
            <Row
              key={id}
              Icon={handheld ? Smartphone : Laptop}
              title={current ? `${t.logins.here}: ${name}` : name}
              note={t.logins.used(when, address)}
              data-testid={current ? 'login-here' : 'login-other'}
              action={
                current ? undefined : (
                  <Button
                    small={true}
                    busy={busy}
                    aria-label={t.logins.endName(name)}
                    onClick={() => end((client) => client.endLogin({ id }))}
                    data-testid="login-end"
                  >
                    {t.logins.end}
                  </Button>
                )
              }
            />
          );
        })}
        {logins.length > 1 && (
          <Row
            Icon={LogOut}
            title={t.logins.endOthers}
            busy={busy}
            onOpen={() => end((client) => client.endLogins({ keepThis: true }))}
            data-testid="login-end-others"
          />
        )}
        <Row
          Icon={LogOut}
          title={t.logins.endAll}
          busy={busy}
          onOpen={all.begin}
          data-testid="login-end-all"
        />
      </Rows>
      {all.dialog}
    </>
  );
}
