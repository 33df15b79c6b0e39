import { useWords } from '../../i18n/index.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';

interface CurrentPasswordProps {
  /** Whose password: for the browser's password manager, which fills a password only beside its name. */
  readonly name: string;
  /** Where there is a second password beside it. */
  readonly label?: string;
  readonly value: string;
  readonly onChange: (password: string) => void;
  readonly 'data-testid': string;
}

/** Asks somebody who is known for their password again. */
export function CurrentPassword({
  name,
  label,
  value,
  onChange,
  'data-testid': testId,
}: CurrentPasswordProps) {
  const { t } = useWords();
  return (
    <>
      <input type="text" name="username" autoComplete="username" value={name} readOnly={true} hidden={true} />
      <PasswordField
        label={label ?? t.signIn.password}
        showLabel={t.signIn.showPassword}
        hideLabel={t.signIn.hidePassword}
        name="password"
        autoComplete="current-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
    </>
  );
}
