import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from '../sign-in/CurrentPassword.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';

interface AskProps {
  /** Whose password. */
  readonly name: string;
  readonly help: string;
  readonly warning?: string | undefined;
  readonly submit: string;
  readonly act: (password: string) => Promise<void>;
}

/** The password again, before anything of the second factor changes. */
export function Ask({ name, help, warning, submit, act }: AskProps) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const { busy, error, onSubmit } = useSubmit(() => act(password));
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p>{help}</p>
      {warning !== undefined && (
        <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
          {warning}
        </Callout>
      )}
      <CurrentPassword
        name={name}
        value={password}
        onChange={setPassword}
        data-testid="second-factor-password"
      />
      {error !== null && <ErrorNote error={error} />}
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabled={password === ''}
        className="w-full"
        data-testid="second-factor-submit"
      >
        {busy ? t.signIn.working : submit}
      </Button>
    </form>
  );
}
