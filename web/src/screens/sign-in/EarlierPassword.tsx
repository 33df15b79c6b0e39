import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { Card } from '../Card.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSubmit } from './use-submit.ts';

interface EarlierPasswordProps {
  /** Only the copy for backups is locked. */
  readonly keyOpens: boolean;
}

/** The password was changed on another device, and what is kept on this one is wrapped under the one before. */
export function EarlierPassword({ keyOpens }: EarlierPasswordProps) {
  const { t } = useWords();
  const { client } = useDuet();
  const run = useCommand();
  const [earlier, setEarlier] = useState('');
  const { busy, error, onSubmit } = useSubmit(() => client.rewrap({ earlier }));
  const what = keyOpens ? 'copy' : 'locked';
  return (
    <Card title={t.earlier.title}>
      <p className="text-ink-2">{t.earlier[what]}</p>
      <form onSubmit={onSubmit} className="space-y-4">
        <PasswordField
          label={t.earlier.password}
          showLabel={t.signIn.showPassword}
          hideLabel={t.signIn.hidePassword}
          // No password manager has it under this name any more, and none shall keep it.
          autoComplete="off"
          value={earlier}
          onChange={(event) => setEarlier(event.target.value)}
          data-testid="earlier-password"
        />
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="primary"
          busy={busy}
          disabled={earlier === ''}
          className="w-full"
          data-testid="earlier-submit"
        >
          {busy ? t.signIn.working : t.earlier.submit}
        </Button>
      </form>
      <div className="space-y-1">
        <Button
          look="quiet"
          className="w-full"
          disabled={busy}
          onClick={() => run((engine) => engine.forgoEarlier())}
          data-testid="earlier-forgo"
        >
          {t.earlier.forgo[what]}
        </Button>
        <p className="text-ink-2 text-sm">{t.earlier.forgoHelp[what]}</p>
      </div>
    </Card>
  );
}
