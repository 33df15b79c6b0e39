import { useWords } from '../../i18n/index.tsx';

/** What can be done about a forgotten password, and what it costs the key. */
export function Forgotten() {
  const { t } = useWords();
  return (
    <details className="text-sm" data-testid="forgotten">
      <summary className="flex min-h-11 items-center underline decoration-1 underline-offset-4">
        {t.password.forgotten}
      </summary>
      <div className="space-y-2 text-ink-2">
        <p>{t.password.forgottenServer}</p>
        <p>{t.password.forgottenKey}</p>
      </div>
    </details>
  );
}
