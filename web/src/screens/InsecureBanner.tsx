import { ShieldAlert } from 'lucide-react';
import { useWords } from '../i18n/index.tsx';

/** Plain http on anything but localhost: said once, quietly, for as long as it is so. By the browser's own judgement. */
export function InsecureBanner() {
  const { t } = useWords();
  if (window.isSecureContext) return null;
  return (
    <details
      data-testid="insecure-banner"
      className="shrink-0 bg-caution-soft text-sm loud:border-edge loud:border-b"
    >
      <summary className="flex min-h-10 flex-wrap items-center justify-center gap-x-2 px-4 py-1.5 text-center -outline-offset-2">
        <span className="inline-flex items-center gap-2 font-semibold">
          <ShieldAlert size={16} className="shrink-0 text-caution" aria-hidden="true" />
          {t.insecure.title}
        </span>
        <span className="font-semibold underline underline-offset-4">{t.insecure.more}</span>
      </summary>
      <p className="mx-auto max-w-2xl px-4 pb-3">{t.insecure.body}</p>
    </details>
  );
}
