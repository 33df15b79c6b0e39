import { ChevronRight, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from '../../ui/classes.ts';

/** Rows of a card, with a line between them. */
export function Rows({
  children,
  ...rest
}: {
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}) {
  return (
    <ul
      data-testid={rest['data-testid']}
      className="divide-y divide-rule overflow-hidden rounded-card border border-rule bg-sheet loud:border-edge"
    >
      {children}
    </ul>
  );
}

export interface RowProps {
  readonly Icon: LucideIcon;
  readonly title: string;
  readonly note?: string | undefined;
  /** At the end of the row, in the place of the arrow. */
  readonly action?: ReactNode;
  /** Makes the whole row a button that leads on. */
  readonly onOpen?: () => void;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly 'data-testid'?: string;
}

/** What something is called, how it stands, and what can be done about it. */
export function Row({ Icon, title, note, action, onOpen, danger = false, busy = false, ...rest }: RowProps) {
  const inner = (
    <>
      <Icon size={20} strokeWidth={1.75} className="shrink-0" aria-hidden="true" />
      <span className="min-w-0 flex-1 break-words">
        <span className="block">{title}</span>
        {note !== undefined && <span className="block text-ink-2 text-sm">{note}</span>}
      </span>
      {action}
      {onOpen !== undefined && <ChevronRight size={18} className="shrink-0" aria-hidden="true" />}
    </>
  );
  const shape = classes(
    'flex min-h-16 w-full items-center gap-3 px-4 py-2 text-left',
    danger && 'text-danger',
  );
  return (
    <li data-testid={onOpen === undefined ? rest['data-testid'] : undefined}>
      {onOpen === undefined ? (
        <div className={shape}>{inner}</div>
      ) : (
        <button
          type="button"
          onClick={onOpen}
          disabled={busy}
          aria-busy={busy || undefined}
          data-testid={rest['data-testid']}
          className={classes(shape, '-outline-offset-2 enabled:hover:bg-press')}
        >
          {inner}
        </button>
      )}
    </li>
  );
}
