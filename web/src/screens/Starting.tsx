import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { useNotices } from './duet.tsx';
import { Logo } from './Logo.tsx';

/** Before the engine has answered; a failure is told in a notice, and the way on is a reload. */
export function Starting() {
  const { t } = useWords();
  const failed = useNotices().length > 0;
  return (
    <main className="flex min-h-full flex-col items-center justify-center gap-5 p-8">
      <Logo className="size-16" />
      {failed ? (
        <Button onClick={() => location.reload()}>{t.app.reload}</Button>
      ) : (
        <p role="status" className="flex items-center gap-3 text-muted">
          <Spinner /> {t.app.starting}
        </p>
      )}
    </main>
  );
}
