/** CPU time of everything that a test has started, thread by thread, from Linux's `/proc`. */
import { readdir, readFile } from 'node:fs/promises';

/** Seconds by thread: `renderer 4711 DedicatedWorker`, say. */
export type CpuTimes = ReadonlyMap<string, number>;

/** What `utime` and `stime` are counted in: 100 a second on every Linux that browsers run on. */
const TICKS = 100;

/** CPU times so far of all processes below this one. Those of ended threads are gone, but few end while a file goes. */
export async function cpuTimes(): Promise<CpuTimes> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await read(`/proc/${name}/stat`);
    if (stat !== undefined) parents.set(Number(name), Number(fields(stat)[1]));
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  const times = new Map<string, number>();
  for (const pid of parents.keys()) {
    if (!isOurs(pid)) continue;
    const command = (await read(`/proc/${pid}/cmdline`)) ?? '';
    for (const task of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const stat = await read(`/proc/${pid}/task/${task}/stat`);
      if (stat === undefined) continue;
      const [, name = ''] = /\((.*)\)/.exec(stat) ?? [];
      const [utime, stime] = fields(stat).slice(11, 13).map(Number);
      const key = `${kind(command)} ${pid} ${name}`;
      times.set(key, (times.get(key) ?? 0) + ((utime ?? 0) + (stime ?? 0)) / TICKS);
    }
  }
  return times;
}

/** What was used between the two, the most first. */
export function cpuUsed(before: CpuTimes, after: CpuTimes): [thread: string, seconds: number][] {
  const used = [...after].map(([thread, time]): [string, number] => [
    thread,
    time - (before.get(thread) ?? 0),
  ]);
  return used.filter(([, time]) => time > 0).sort(([, a], [, b]) => b - a);
}

/** The fields after the name, which may have any characters: the state is the first. */
function fields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function kind(command: string): string {
  const type = /--type=([\w-]+)/.exec(command)?.[1];
  const service = /--utility-sub-type=(\w+)/.exec(command)?.[1];
  return service ?? type ?? /^[^\0 ]*?([^/\0 ]+)(?=[\0 ]|$)/.exec(command)?.[1] ?? 'unknown';
}

async function read(path: string): Promise<string | undefined> {
  // A process or a thread may end meanwhile.
  return await readFile(path, 'utf8').catch(() => undefined);
}
