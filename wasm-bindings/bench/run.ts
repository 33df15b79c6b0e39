/** Runs every group and returns the results. */
import { crossover, groups } from './groups.js';
import { measure, type Result } from './measure.js';

export async function runAll(report: (line: string) => void = () => undefined): Promise<Result[]> {
  const results: Result[] = [];
  for (const group of [...(await groups()), ...(await crossover())]) {
    report(group.name);
    results.push(...(await measure(group)));
  }
  return results;
}
