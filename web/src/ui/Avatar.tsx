import { classes } from './classes.ts';

export interface AvatarProps {
  readonly name: string;
  readonly large?: boolean;
}

/** The first letter of a name. Deliberately without a colour of its own: likeness is no proof of identity. */
export function Avatar({ name, large = false }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className={classes(
        'inline-flex shrink-0 select-none items-center justify-center rounded-full bg-accent-soft font-semibold text-accent uppercase',
        large ? 'size-14 text-xl' : 'size-10',
      )}
    >
      {[...name][0]}
    </span>
  );
}
