import { useEffect, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { useMemory } from './duet.tsx';
import { Logo } from './Logo.tsx';
import { noticeText } from './notice-text.ts';
import { reload } from './reload.ts';

/** What usually takes a moment is said to take longer after this, in milliseconds. */
const LONG = 4_000;

/** Before the engine has answered. What is in the way stays on the screen as long as it is. */
export function Starting() {
  const words = useWords();
  const { t } = words;
  const trouble = useMemory((memory) => memory.startTrouble);
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  const told = trouble === null ? null : noticeText(words, trouble);
  return (
    <main className="flex min-h-full flex-col items-center justify-center gap-5 p-8 text-center">
      <h1 className="sr-only">{t.app.name}</h1>
      <Logo className={told === null ? 'h-12 w-18 motion-safe:animate-wait' : 'h-12 w-18'} />
      {told === null ? (
        <p role="status" className="marking">
          {long ? t.app.startingLong : t.app.starting}
        </p>
      ) : (
        <>
          <div
            role="alert"
            data-testid="start-trouble"
            data-code={trouble?.code}
            className="max-w-100 space-y-1"
          >
            <p className="title">{told.title}</p>
            <p className="text-ink-2">{told.help}</p>
          </div>
          <Button onClick={reload}>{t.app.reload}</Button>
        </>
      )}
    </main>
  );
}
