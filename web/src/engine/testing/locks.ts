/** For tests: the locks of one browser, as far as they are used. */

interface Holder {
  readonly lose: (why: unknown) => void;
}

export class Locks {
  private readonly held = new Map<string, Holder>();
  private readonly lines = new Map<string, (() => void)[]>();

  readonly request = ((name: string, ...rest: readonly unknown[]): Promise<unknown> => {
    const work = rest.at(-1) as LockGrantedCallback<unknown>;
    const { steal = false, signal } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    return new Promise((resolve, reject) => {
      const begin = () => {
        const holder: Holder = { lose: reject };
        this.held.set(name, holder);
        const over = () => {
          if (this.held.get(name) !== holder) return;
          this.held.delete(name);
          this.lines.get(name)?.shift()?.();
        };
        // A lock is given in a turn of its own.
        void Promise.resolve()
          .then(() => work({ name, mode: 'exclusive' }))
          .then(resolve, reject)
          .finally(over);
      };
      if (steal) {
        this.held.get(name)?.lose(new DOMException('stolen', 'AbortError'));
        return begin();
      }
      if (!this.held.has(name)) return begin();
      const line = this.lines.get(name) ?? [];
      this.lines.set(name, line);
      line.push(begin);
      signal?.addEventListener('abort', () => {
        const at = line.indexOf(begin);
        if (at < 0) return;
        line.splice(at, 1);
        reject(signal.reason);
      });
    });
  }) as LockManager['request'];
}
