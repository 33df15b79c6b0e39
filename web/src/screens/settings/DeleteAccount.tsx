import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { Page } from '../../ui/Page.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from '../sign-in/CurrentPassword.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';

/** A3: the end of an account, for those who have read what it means. */
export function DeleteAccount({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const { client } = useDuet();
  const [password, setPassword] = useState('');
  const [understood, setUnderstood] = useState(false);
  const { busy, error, onSubmit } = useSubmit(() => client.deleteAccount({ password }));
  return (
    <Page
      title={t.deletion.title}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="delete-account-page"
    >
      <form onSubmit={onSubmit} className="max-w-120 space-y-4">
        <p>{t.deletion.help}</p>
        <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
          {t.deletion.forGood}
        </Callout>
        <CheckBox checked={understood} onChange={setUnderstood} data-testid="delete-understood">
          {t.deletion.understood}
        </CheckBox>
        <CurrentPassword name={name} value={password} onChange={setPassword} data-testid="delete-password" />
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="danger"
          busy={busy}
          disabled={!understood || password === ''}
          className="w-full"
          data-testid="delete-submit"
        >
          {busy ? t.signIn.working : t.deletion.submit}
        </Button>
      </form>
    </Page>
  );
}
