import { useState } from 'react';
import type { FingerprintView } from '../../engine/contract.ts';
import { rowsOf } from './EmojiGrid.tsx';

export interface Ticks {
  readonly ticked: readonly boolean[];
  readonly onTick: (row: number, tick: boolean) => void;
  /** Rows that are not ticked yet. */
  readonly left: number;
}

/** Which rows were heard to be the same. Ticks never outlive the key that they are about. */
export function useTicks(shown: FingerprintView): Ticks {
  const [ticks, setTicks] = useState<{ readonly hex: string; readonly rows: readonly boolean[] } | null>(
    null,
  );
  const rows = rowsOf(shown.emoji).length;
  const ticked = Array.from(
    { length: rows },
    (_, row) => ticks?.hex === shown.hex && ticks.rows[row] === true,
  );
  return {
    ticked,
    onTick: (row, tick) =>
      setTicks({ hex: shown.hex, rows: ticked.map((before, index) => (index === row ? tick : before)) }),
    left: ticked.filter((tick) => !tick).length,
  };
}
