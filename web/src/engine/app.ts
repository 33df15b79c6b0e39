/** Where the person stands with this page: what the frame of the screens shows. */
import type { AppView, EngineEvent } from './contract.ts';

export class App {
  private current: AppView = {
    account: { stage: 'starting' },
    connection: { state: 'idle' },
    crypto: null,
    realm: null,
    maxFileBytes: 0,
  };

  constructor(private readonly emit: (event: EngineEvent) => void) {}

  get view(): AppView {
    return this.current;
  }

  change(part: Partial<AppView>): void {
    this.current = { ...this.current, ...part };
    this.emit({ type: 'app', app: this.current });
  }
}
