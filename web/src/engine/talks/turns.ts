/** Who comes when: of each account one file at a time, in the order in which they were asked for. */

interface Waiting {
  readonly fid: string;
  readonly begin: () => void;
}

interface Line {
  running: string | null;
  readonly waiting: Waiting[];
}

export class Turns {
  private readonly lines = new Map<string, Line>();

  /** `soon`: at once, beside whatever runs. */
  ask(accountId: string, fid: string, soon: boolean, begin: () => void): void {
    if (soon) {
      begin();
      return;
    }
    const line = this.lines.get(accountId) ?? { running: null, waiting: [] };
    this.lines.set(accountId, line);
    line.waiting.push({ fid, begin });
    this.next(line);
  }

  /** It is over, or stopped for now: the next one may begin. */
  over(accountId: string, fid: string): void {
    const line = this.lines.get(accountId);
    if (line === undefined) return;
    const at = line.waiting.findIndex((waiting) => waiting.fid === fid);
    if (at >= 0) line.waiting.splice(at, 1);
    if (line.running === fid) line.running = null;
    this.next(line);
  }

  forget(accountId: string): void {
    this.lines.delete(accountId);
  }

  forgetAll(): void {
    this.lines.clear();
  }

  private next(line: Line): void {
    while (line.running === null) {
      const first = line.waiting.shift();
      if (first === undefined) return;
      line.running = first.fid;
      first.begin();
    }
  }
}
