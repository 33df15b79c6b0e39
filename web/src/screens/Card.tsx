import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.tsx';
import { LanguageSwitch } from './LanguageSwitch.tsx';
import { Logo } from './Logo.tsx';

/** The frame of everything before the first conversation: one card in the middle, the language beside it. */
export function Card({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  const { t } = useWords();
  return (
    <main className="flex min-h-full flex-col items-center justify-center px-4 py-8 sm:py-12">
      <div className="w-full max-w-[26rem]">
        <div className="mb-6 flex items-center gap-3 px-1">
          <Logo className="size-11" />
          <div>
            <h1 className="font-semibold text-2xl leading-tight tracking-tight">{t.app.name}</h1>
            <p className="text-muted text-sm">{t.app.tagline}</p>
          </div>
        </div>
        <div className="rounded-3xl border border-line bg-surface p-5 shadow-raised sm:p-7">
          {title !== undefined && <h2 className="mb-2 font-semibold text-xl leading-snug">{title}</h2>}
          {children}
        </div>
        <div className="mt-6 flex justify-center">
          <LanguageSwitch />
        </div>
      </div>
    </main>
  );
}
