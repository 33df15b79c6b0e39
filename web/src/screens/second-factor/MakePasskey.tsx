import { KeyRound } from 'lucide-react';
import { useRef, useState } from 'react';
import type { PasskeySetupView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { addNotice } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';
import { toUserError } from '../user-error.ts';
import { NAME_MAX } from './limits.ts';
import { makePasskey, refusedPasskey } from './passkey.ts';
import { useSecondFactorWords } from './words/index.ts';

interface MakePasskeyProps {
  readonly setup: PasskeySetupView;
  /** Names that others of the account have. */
  readonly taken: readonly string[];
  /** With recovery codes, if it is the first second factor. */
  readonly onAdded: (codes: readonly string[]) => void;
  /** The set-up is over, and has to begin again with the password. */
  readonly onOver: () => void;
}

/** A name for the passkey, and the browser's own question. */
export function MakePasskey({ setup, taken, onAdded, onOver }: MakePasskeyProps) {
  const { t } = useWords();
  const { passkey } = useSecondFactorWords();
  const { client, stores } = useDuet();
  const [name, setName] = useState(() => {
    let number = 1;
    while (taken.includes(passkey.defaultName(number))) number += 1;
    return passkey.defaultName(number);
  });
  // One whose way to the relay broke is sent again: the authenticator would make another beside it.
  const made = useRef<Awaited<ReturnType<typeof makePasskey>> | null>(null);
  const { busy, error, onSubmit } = useSubmit(async () => {
    try {
      made.current ??= await makePasskey(setup);
      onAdded(await client.finishPasskey({ ticket: setup.ticket, name: name.trim(), ...made.current }));
    } catch (reason) {
      if (toUserError(reason).code !== 'relay-unreachable') made.current = null;
      if (toUserError(reason).code !== 'second-step-over') throw refusedPasskey(reason);
      addNotice(stores, toUserError(reason));
      onOver();
    }
  });
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p>{passkey.make}</p>
      <TextField
        label={passkey.name}
        hint={passkey.nameHint}
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
        disabled={name.trim() === ''}
        icon={<KeyRound size={18} aria-hidden="true" />}
        className="w-full"
        data-testid="passkey-make"
      >
        {busy ? t.signIn.working : passkey.submit}
      </Button>
    </form>
  );
}
