import { CircleAlert, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { dismissNotice, type Notice } from '../state/index.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { useApp, useDuet, useNotices } from './duet.tsx';
import { noticeText } from './notice-text.ts';

/** Time to read two sentences twice; it stands still while the pointer or the focus is on the notice. */
const SHOWN_MS = 12_000;

/**
 * What went wrong, over everything else (a popover is in the top layer, above an open dialog too). It lies over
 * the conversation and never over a control of the header or the composer.
 */
export function Notices() {
  const { t } = useWords();
  const notices = useNotices();
  const popover = useRef<HTMLElement>(null);

  useEffect(() => {
    const element = popover.current;
    if (element === null || typeof element.showPopover !== 'function') return;
    // Shown anew each time, so that it is above a dialog that was opened meanwhile.
    element.hidePopover();
    if (notices.length > 0) element.showPopover();
  }, [notices]);

  return (
    <section
      ref={popover}
      popover="manual"
      aria-label={t.notice.region}
      className="fixed inset-x-4 top-20 bottom-auto m-0 ml-auto w-auto max-w-96 flex-col gap-2 overflow-visible bg-transparent p-0 text-ink open:flex sm:left-auto sm:w-96"
    >
      {notices.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function Toast({ notice }: { readonly notice: Notice }) {
  const words = useWords();
  const { stores } = useDuet();
  const maxFileBytes = useApp((app) => app.maxFileBytes);
  const [held, setHeld] = useState(false);
  const { title, help } = noticeText(words, notice.error, maxFileBytes);

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissNotice(stores, notice.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, notice.id, stores]);

  return (
    <div
      role="alert"
      data-testid="notice"
      data-code={notice.error.code}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="flex items-start gap-3 rounded-card border border-rule bg-sheet py-2 pr-1.5 pl-4 text-sm shadow-over loud:border-edge motion-safe:animate-rise"
    >
      <CircleAlert size={18} className="mt-2 shrink-0 text-danger" aria-hidden="true" />
      <div className="min-w-0 flex-1 py-1.5">
        <p className="font-semibold">{title}</p>
        <p className="text-ink-2">{help}</p>
      </div>
      <IconButton label={words.t.notice.dismiss} onClick={() => dismissNotice(stores, notice.id)}>
        <X size={18} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
