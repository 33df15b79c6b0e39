import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { useNotices } from './duet.tsx';
import { Logo } from './Logo.tsx';

/** Before the engine has answered; a failure is told in a notice, and the way on is a reload. */
export function Starting() {
  const { t } = useWords();
  const failed = useNotices().length > 0;
  return (
    <main className="flex min-h-full flex-col items-center justify-center gap-5 p-8">
      <h1 className="sr-only">{t.app.name}</h1>
      <Logo className={failed ? 'h-12 w-18' : 'h-12 w-18 motion-safe:animate-wait'} />
      {failed ? (
        <Button onClick={() => location.reload()}>{t.app.reload}</Button>
      ) : (
        <p role="status" className="marking">
          {t.app.starting}
        </p>
      )}
    </main>
  );
}
