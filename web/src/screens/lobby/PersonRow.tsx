import { BellOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';

export interface PersonRowProps {
  /** A disc or a pair. */
  readonly mark: ReactNode;
  readonly name: string;
  /** What a press does, as it is heard before the name. */
  readonly verb: string;
  /** The second line. */
  readonly note?: ReactNode;
  readonly icon?: ReactNode;
  readonly current?: boolean;
  /** Makes no sound here. */
  readonly muted?: boolean;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
  readonly 'data-testid'?: string;
}

export function PersonRow({
  mark,
  name,
  verb,
  note,
  icon,
  current = false,
  muted = false,
  disabled = false,
  onChoose,
  ...rest
}: PersonRowProps) {
  const { t } = useWords();
  return (
    <li>
      <button
        type="button"
        aria-current={current || undefined}
        disabled={disabled}
        data-testid={rest['data-testid']}
        onClick={onChoose}
        className={classes(
          'flex min-h-16 w-full items-center gap-3 rounded-card px-3 py-2 text-left transition-colors',
          current
            ? 'bg-sheet shadow-card loud:ring-2 loud:ring-ink forced-colors:outline-2'
            : 'enabled:hover:bg-press',
        )}
      >
        <span className="flex w-14.5 shrink-0 justify-center">{mark}</span>
        <span className="min-w-0 flex-1">
          <span className="sr-only">{verb} </span>
          <span className="block truncate font-semibold">{name}</span>
          {note !== undefined && <span className="block text-ink-2 text-sm">{note}</span>}
        </span>
        {muted && (
          <span className="shrink-0">
            <BellOff size={16} strokeWidth={1.75} aria-hidden="true" />
            <span className="sr-only">{t.signs.muted}</span>
          </span>
        )}
        {icon !== undefined && <span className="shrink-0">{icon}</span>}
      </button>
    </li>
  );
}

/** The heading of a part of the list. */
export function ListHeading({ children }: { readonly children: ReactNode }) {
  return <h2 className="marking px-3 pt-3 pb-1 text-sm">{children}</h2>;
}
