import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useModal } from './use-return-focus.ts';

export interface SheetProps {
  readonly label: string;
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}

/** What a finger can do with something, from below, in the browser's own modal dialog. Mounted means open. */
export function Sheet({ label, closeLabel, onClose, children, ...rest }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog, onClose);
  // The whole of it is what came; the first button would look chosen.
  useLayoutEffect(() => dialog.current?.focus(), []);
  // A finger that rests opens it and is still down: what it lets go of is not what came under it.
  const pressed = useRef(false);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop has Escape as its keyboard twin.
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-label={label}
      data-testid={rest['data-testid']}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDownCapture={({ isPrimary }) => {
        pressed.current ||= isPrimary;
      }}
      onClickCapture={(event) => {
        // Keys and assistive tools click without a pointer, and count none.
        if (pressed.current || event.detail === 0) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onContextMenu={(event) => {
        if (!pressed.current) event.preventDefault();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="mx-auto mt-auto mb-0 max-h-[92dvh] w-full max-w-120 overflow-y-auto overscroll-contain rounded-t-dialog bg-sheet p-0 shadow-over outline-none open:motion-safe:animate-rise loud:border loud:border-edge"
    >
      <div className="px-4 pt-1 pb-[max(1rem,env(safe-area-inset-bottom))]">
        <button
          type="button"
          aria-label={closeLabel}
          onClick={onClose}
          className="mx-auto grid h-6 w-20 place-items-center"
        >
          <span aria-hidden="true" className="h-1 w-9 rounded-full bg-edge" />
        </button>
        {children}
      </div>
    </dialog>
  );
}
