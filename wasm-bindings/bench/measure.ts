/** Measuring: medians of single calls, contenders taking turns, so that a busy moment hits all of them. */

export interface Contender {
  readonly name: string;
  run(): unknown;
}

export interface Group {
  readonly name: string;
  /** The contender that the others are compared with. */
  readonly reference: string;
  readonly contenders: readonly Contender[];
}

export interface Result {
  readonly group: string;
  readonly contender: string;
  /** Median of one call, in milliseconds. */
  readonly median: number;
  /** A tenth of the calls was faster: what other work on the machine disturbs least. */
  readonly low: number;
  /** Of the reference's median: above 1 the reference is faster. */
  readonly ratio: number;
}

/** Milliseconds that each contender gets where nobody says otherwise, and the rounds that it gets at least. */
const BUDGET = 600;
const LEAST = 3;
/** A timer of 5 µs (Chromium without isolation has 100 µs) wants batches of about this many milliseconds. */
const BATCH = 2;

/** What a part of the values, 0 to 1, is below. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

async function time(run: () => unknown, calls: number): Promise<number> {
  const begin = performance.now();
  for (let call = 0; call < calls; call++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - begin) / calls;
}

export interface Pace {
  /** Milliseconds that each contender gets. */
  readonly budget?: number;
  /** Told after each round: what was found so far. */
  readonly onRound?: (results: readonly Result[]) => void;
}

export async function measure(group: Group, { budget = BUDGET, onRound }: Pace = {}): Promise<Result[]> {
  const entries = [];
  for (const contender of group.contenders) {
    // Warm up, and learn how many calls fill a batch. What takes long is warm after one call.
    const first = await time(contender.run, 1);
    const once = first > 200 ? first : await time(contender.run, 5);
    const calls = Math.max(1, Math.ceil(BATCH / Math.max(once, 1e-4)));
    const rounds = Math.max(LEAST, Math.ceil(budget / Math.max(once * calls, BATCH)));
    entries.push({ contender, calls, rounds, times: [] as number[] });
  }
  const most = Math.max(...entries.map(({ rounds }) => rounds));
  for (let round = 0; round < most; round++) {
    for (const { contender, calls, rounds, times } of entries) {
      if (round < rounds) times.push(await time(contender.run, calls));
    }
    onRound?.(found(group, entries));
  }
  return found(group, entries);
}

interface Entry {
  readonly contender: Contender;
  readonly times: readonly number[];
}

function found(group: Group, entries: readonly Entry[]): Result[] {
  const medians = entries.map(({ contender, times }) => ({
    name: contender.name,
    median: quantile(times, 0.5),
    low: quantile(times, 0.1),
  }));
  const reference = medians.find(({ name }) => name === group.reference)?.median ?? Number.NaN;
  return medians.map(({ name, median: value, low }) => ({
    group: group.name,
    contender: name,
    median: value,
    low,
    ratio: value / reference,
  }));
}

/** A Markdown table. */
export function table(results: readonly Result[]): string {
  const lines = ['| operation | implementation | median | × |', '|---|---|--:|--:|'];
  let last = '';
  for (const { group, contender, median: value, ratio } of results) {
    const shown = value < 1 ? `${(1000 * value).toFixed(value < 0.1 ? 1 : 0)} µs` : `${value.toFixed(2)} ms`;
    lines.push(`| ${group === last ? '' : group} | ${contender} | ${shown} | ${ratio.toFixed(2)} |`);
    last = group;
  }
  return lines.join('\n');
}
