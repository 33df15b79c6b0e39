import { Disc } from '../../ui/Disc.tsx';
import { Pair } from '../../ui/Pair.tsx';
import { useMyName, useVoices } from '../voices.ts';
import type { Look } from './looks.ts';

export interface PeerMarkProps {
  readonly name: string;
  readonly shape: Look['shape'];
  readonly moves?: 'meet' | 'call' | undefined;
  readonly large?: boolean;
}

/** The other and oneself, as the state has it: avatar and state in one drawing. */
export function PeerMark({ name, shape, moves, large = false }: PeerMarkProps) {
  const me = useMyName();
  const { theirs, mine } = useVoices(name);
  if (shape === 'gone') {
    return <Disc name={name} voice={theirs} presence="away" size={large ? 'large' : 'medium'} />;
  }
  return (
    <Pair
      left={{ name, voice: theirs }}
      right={{ name: me, voice: mine }}
      state={shape}
      moves={moves}
      large={large}
    />
  );
}
