/**
 * Of all tabs of one browser, one is in use for an account: it has the seat, a lock of the browser's. The others wait in line
 * and have it by themselves once that tab is gone; who does not want to wait takes it over, and the other is told.
 */

export interface SeatDeps {
  /** `navigator.locks`, where the platform has it: without it every tab has a seat, and the relay knows the last one only. */
  readonly locks: Pick<LockManager, 'request'> | undefined;
  /** Whether the seat is here from now on. Also told when somebody else is found on it. */
  readonly onChange: (here: boolean) => void;
}

/** A page that is loaded again may still find its own last breath on the seat. */
const SETTLE_MS = 500;

/** One wish for the seat, from being asked for to being given up. */
interface Turn {
  readonly waits: AbortController;
  giveUp: () => void;
  here: boolean;
}

export class Seat {
  private owner: string | null = null;
  private turn: Turn | null = null;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly deps: SeatDeps) {}

  /** Whether two tabs know of each other. */
  get known(): boolean {
    return this.deps.locks !== undefined;
  }

  /** Sits down, for this account, as soon as nobody else does. */
  take(owner: string): void {
    this.leave();
    this.owner = owner;
    this.settling = setTimeout(() => this.deps.onChange(false), SETTLE_MS);
    this.ask({});
  }

  /** Sits down at once, whoever does. */
  takeOver(): void {
    if (this.owner === null || this.turn?.here) return;
    this.turn?.waits.abort();
    this.ask({ steal: true });
  }

  leave(): void {
    const { turn } = this;
    clearTimeout(this.settling);
    this.owner = null;
    this.turn = null;
    turn?.waits.abort();
    turn?.giveUp();
  }

  private ask(how: { readonly steal?: true }): void {
    const { locks } = this.deps;
    const turn: Turn = { waits: new AbortController(), giveUp: () => undefined, here: false };
    this.turn = turn;
    const sit = () => {
      clearTimeout(this.settling);
      turn.here = true;
      this.deps.onChange(true);
    };
    if (locks === undefined) {
      sit();
      return;
    }
    // A lock that is taken from somebody cannot be waited for.
    const options = how.steal ? how : { signal: turn.waits.signal };
    const held = locks.request(`duet-seat-${this.owner}`, options, async () => {
      if (this.turn !== turn) return;
      const over = new Promise<void>((resolve) => {
        turn.giveUp = resolve;
      });
      sit();
      await over;
    });
    held.catch(() => {
      if (this.turn !== turn) return;
      if (turn.here) {
        // Taken over: back in the line.
        this.ask({});
        this.deps.onChange(false);
      } else {
        // A browser that keeps its locks to itself, as for pages without storage.
        sit();
      }
    });
  }
}
