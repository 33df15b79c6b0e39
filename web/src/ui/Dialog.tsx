import { X } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { classes } from './classes.ts';
import { IconButton } from './IconButton.tsx';
import { type Successor, useModal } from './use-return-focus.ts';

export interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons that stay in view at the bottom. */
  readonly footer?: ReactNode;
  /** What is in it stands in a column: what scrolls by itself there shrinks before all of it scrolls. */
  readonly column?: boolean;
  readonly role?: 'dialog' | 'alertdialog';
  readonly successor?: Successor;
  readonly 'data-testid'?: string;
}

/**
 * One decision, in the browser's own modal dialog. Mounted means open. On phones it comes from below, where the thumb is.
 */
export function Dialog({
  title,
  closeLabel,
  onClose,
  children,
  footer,
  column = false,
  role,
  successor,
  ...rest
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(dialog, onClose, successor);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop has Escape as its keyboard twin.
    <dialog
      ref={dialog}
      role={role}
      aria-labelledby={titleId}
      data-testid={rest['data-testid']}
      onCancel={(event) => {
        // A dialog on top of this one, or a chooser for files that was closed, cancels itself alone.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-auto h-fit max-h-[92dvh] w-[min(92vw,30rem)] overflow-hidden rounded-dialog bg-sheet p-0 shadow-over open:motion-safe:animate-rise max-sm:mb-0 max-sm:w-full max-sm:max-w-none max-sm:rounded-b-none loud:border loud:border-edge"
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className="flex items-center gap-2 py-2 pr-2 pl-5 sm:pl-6">
          <h2 id={titleId} className="min-w-0 flex-1 break-words font-semibold text-lg leading-snug">
            {title}
          </h2>
          <IconButton label={closeLabel} onClick={onClose}>
            <X size={20} aria-hidden="true" />
          </IconButton>
        </header>
        {/* Focusable, so that the keyboard can scroll it. */}
        <section
          aria-labelledby={titleId}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard.
          tabIndex={0}
          className={classes(
            'min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 pb-4 -outline-offset-2 sm:px-6',
            column && 'flex flex-col',
          )}
        >
          {children}
        </section>
        {footer !== undefined && (
          <footer className="px-5 pt-2 pb-[max(1.25rem,env(safe-area-inset-bottom))] sm:px-6">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  );
}
