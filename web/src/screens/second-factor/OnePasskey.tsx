import { useState } from 'react';
import type { PasskeyView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';
import { NAME_MAX } from './limits.ts';
import { useSecondFactorWords } from './words/index.ts';

interface OnePasskeyProps {
  readonly passkey: PasskeyView;
  readonly onRenamed: () => void;
  readonly onRemove: () => void;
}

/** A passkey by itself: called by another name, or on its way out. */
export function OnePasskey({ passkey, onRenamed, onRemove }: OnePasskeyProps) {
  const { t } = useWords();
  const words = useSecondFactorWords().passkey;
  const { client } = useDuet();
  const [name, setName] = useState(passkey.name);
  const { busy, error, onSubmit } = useSubmit(async () => {
    await client.renamePasskey({ id: passkey.id, name: name.trim() });
    onRenamed();
  });
  return (
    <div className="space-y-6">
      <form onSubmit={onSubmit} className="space-y-4">
        <TextField
          label={words.name}
          maxLength={NAME_MAX}
          value={name}
          onChange={(event) => setName(event.target.value)}
          data-testid="passkey-name"
        />
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="primary"
          busy={busy}
          disabled={name.trim() === '' || name.trim() === passkey.name}
          className="w-full"
          data-testid="passkey-rename"
        >
          {busy ? t.signIn.working : words.rename}
        </Button>
      </form>
      <Button className="w-full" onClick={onRemove} data-testid="passkey-remove">
        {words.remove}
      </Button>
    </div>
  );
}
