import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from './CurrentPassword.tsx';
import { useSubmit } from './use-submit.ts';

interface ForGoodProps {
  /** Whose password is asked for. */
  readonly name: string;
  readonly act: (password: string) => Promise<void>;
  readonly words: { readonly warning: string; readonly understood: string; readonly submit: string };
  /** `delete` gives `delete-understood`, `delete-password` and `delete-submit`. */
  readonly testId: string;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly className?: string;
}

/** What cannot be undone: a warning, a sign that it was read, and the password again. */
export function ForGood({ name, act, words, testId, before, after, className = '' }: ForGoodProps) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [understood, setUnderstood] = useState(false);
  const { busy, error, onSubmit } = useSubmit(() => act(password));
  return (
    <form onSubmit={onSubmit} className={`${className} space-y-4`}>
      {before}
      <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
        {words.warning}
      </Callout>
      <CheckBox checked={understood} onChange={setUnderstood} data-testid={`${testId}-understood`}>
        {words.understood}
      </CheckBox>
      <CurrentPassword
        name={name}
        value={password}
        onChange={setPassword}
        data-testid={`${testId}-password`}
      />
      {error !== null && <ErrorNote error={error} />}
      <Button
        type="submit"
        look="danger"
        busy={busy}
        disabled={!understood || password === ''}
        className="w-full"
        data-testid={`${testId}-submit`}
      >
        {busy ? t.signIn.working : words.submit}
      </Button>
      {after}
    </form>
  );
}
