import { classes } from './classes.ts';
import { initialOf } from './Disc.tsx';

/** One of the two, with the class of their voice. */
export interface Half {
  readonly name: string;
  readonly voice: string;
}

export interface PairProps {
  /** The other; null: nobody yet. */
  readonly left: Half | null;
  readonly right: Half;
  /** `together`: just the two of them. `apart`: it rings, or the line is lost. `over`: nobody is left. */
  readonly state: 'together' | 'apart' | 'over';
  /** `meet`: once, when a conversation becomes secure. `call`: as long as it rings. */
  readonly moves?: 'meet' | 'call' | undefined;
  readonly large?: boolean;
}

/** Two people and how they stand to each other. Words stand beside it: it is never the only sign. */
export function Pair({ left, right, state, moves, large = false }: PairProps) {
  const apart = state === 'apart';
  const radius = apart ? 12.5 : 16;
  const [x1, x2] = apart ? [14.5, 43.5] : [20, 38];
  return (
    <svg
      viewBox="0 0 58 40"
      aria-hidden="true"
      data-state={state}
      data-moves={moves}
      className={classes('pair', large && 'pair-large')}
    >
      {left === null || state === 'over' ? (
        <circle cx={x1} cy="20" r={radius} className="nobody" />
      ) : (
        <g className={left.voice}>
          <circle cx={x1} cy="20" r={radius} />
          <text x={apart ? x1 : 14} y="25">
            {initialOf(left.name)}
          </text>
        </g>
      )}
      {state === 'over' ? (
        <circle cx={x2} cy="20" r={radius} className="nobody" />
      ) : (
        <g className={right.voice}>
          <circle cx={x2} cy="20" r={radius} />
          <text x={apart || left === null ? x2 : 44} y="25">
            {initialOf(right.name)}
          </text>
        </g>
      )}
      {state === 'together' && left !== null && (
        <>
          <path className={right.voice} d="M29 6.8a16 16 0 0 0 0 26.4Z" />
          <path className={left.voice} d="M29 6.8a16 16 0 0 1 0 26.4Z" />
        </>
      )}
    </svg>
  );
}
