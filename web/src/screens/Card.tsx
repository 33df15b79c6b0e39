import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.tsx';
import { LanguageButton } from './LanguageSwitch.tsx';
import { Logo } from './Logo.tsx';

export interface CardProps {
  /** Without one it is the welcome, which says what this is. */
  readonly title?: string;
  readonly children: ReactNode;
}

/** Everything before the first conversation: two voices on one side, what there is to do on the other. */
export function Card({ title, children }: CardProps) {
  const { t } = useWords();
  const welcome = title === undefined;
  return (
    <main className="grid min-h-full content-start lg:grid-cols-[1.1fr_1fr] lg:content-stretch">
      <div
        className={`relative flex flex-col justify-end overflow-hidden bg-wing px-5 pb-5 lg:sticky lg:top-0 lg:h-dvh lg:p-[clamp(2rem,4vw,5rem)] ${welcome ? 'min-h-66' : 'min-h-32'}`}
      >
        <TwoVoices welcome={welcome} />
        <div className="relative space-y-3 lg:space-y-4">
          <p className="font-semibold text-lg lg:hidden">{t.app.name}</p>
          {welcome && (
            <>
              <h1 className="text-balance font-marking text-hero tracking-[-0.022em]">{t.app.hero}</h1>
              <p className="marking text-[clamp(1.0625rem,0.9rem+0.6vw,1.375rem)] leading-snug">
                {t.app.tagline}
              </p>
            </>
          )}
        </div>
      </div>
      <div className="flex min-w-0 justify-center p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))] sm:p-6 lg:items-center">
        <div className="w-full max-w-92 space-y-5">
          <p className="flex items-center gap-3 font-semibold text-lg max-lg:hidden">
            <Logo className="h-6 w-9" />
            {t.app.name}
          </p>
          {title !== undefined && <h1 className="title">{title}</h1>}
          {children}
          <div className="-mx-3 flex justify-end">
            <LanguageButton />
          </div>
        </div>
      </div>
    </main>
  );
}

/** Two discs, each reaching into the other: the product in one drawing. */
function TwoVoices({ welcome }: { readonly welcome: boolean }) {
  return (
    <svg
      viewBox="0 0 640 520"
      aria-hidden="true"
      className={`absolute -left-[2%] w-[112%] lg:-top-[16%] lg:-left-[16%] lg:w-[132%] ${welcome ? '-top-38' : '-top-56'}`}
    >
      <g className="voice-marigold">
        <circle cx="240" cy="250" r="178" strokeWidth="3" className="fill-soft stroke-bright" />
      </g>
      <g className="voice-pine">
        <circle cx="424" cy="250" r="178" strokeWidth="3" className="fill-soft stroke-bright" />
      </g>
      <g className="voice-pine">
        <path d="M332 97.6a178 178 0 0 0 0 304.8Z" className="fill-bright opacity-85" />
      </g>
      <g className="voice-marigold">
        <path d="M332 97.6a178 178 0 0 1 0 304.8Z" className="fill-bright opacity-85" />
      </g>
    </svg>
  );
}
