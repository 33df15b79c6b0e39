import type { ReactNode } from 'react';
import { Avatar } from '../../ui/Avatar.tsx';

export interface PersonRowProps {
  readonly name: string;
  /** The accessible name of the button. */
  readonly label: string;
  readonly note?: string | undefined;
  readonly icon?: ReactNode;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
  readonly 'data-testid'?: string;
}

export function PersonRow({ name, label, note, icon, disabled = false, onChoose, ...rest }: PersonRowProps) {
  return (
    <li>
      <button
        type="button"
        aria-label={note === undefined ? label : `${name}: ${note}`}
        disabled={disabled}
        data-testid={rest['data-testid']}
        onClick={onChoose}
        className="flex min-h-14 w-full items-center gap-3 rounded-2xl px-3 py-2 text-left transition-colors enabled:hover:bg-sunken disabled:opacity-70"
      >
        <Avatar name={name} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{name}</span>
          {note !== undefined && <span className="block text-muted text-sm leading-snug">{note}</span>}
        </span>
        {icon !== undefined && <span className="shrink-0 text-muted">{icon}</span>}
      </button>
    </li>
  );
}
