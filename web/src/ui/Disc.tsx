import { classes } from './classes.ts';

export interface DiscProps {
  readonly name: string;
  /** Class of the person's voice. */
  readonly voice: string;
  /** `unknown`: nothing is claimed. */
  readonly presence?: 'unknown' | 'here' | 'away';
  readonly size?: 'small' | 'medium' | 'large';
}

/** The first letter of a name, as it stands in discs; a letter outside the BMP stays whole. */
export const initialOf = (name: string): string => [...name][0] ?? '';

/** A person, in their voice. The voice comes from the name and not from a key: likeness is no proof of identity. */
export function Disc({ name, voice, presence = 'unknown', size = 'medium' }: DiscProps) {
  return (
    <span
      aria-hidden="true"
      data-presence={presence}
      className={classes('disc', size !== 'medium' && `disc-${size}`, voice)}
    >
      {initialOf(name)}
    </span>
  );
}
