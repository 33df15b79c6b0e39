/** Who is muted, on this device, for each account: ids alone, as the device keeps the keys of the same people anyway. */
import type { Duet } from '../screens/duet.tsx';
import { keepPreference, readPreference } from './preferences.ts';

type Kept = Record<string, readonly string[]>;

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(readPreference('muted') ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Kept) : {};
  } catch {
    return {};
  }
}

const isId = (id: unknown): id is string => typeof id === 'string';

/** Reads it whenever somebody is here, and keeps what changes. */
export function rememberMuted({ memory, stores }: Pick<Duet, 'memory' | 'stores'>): void {
  let owner: string | null = null;
  stores.app.subscribe(({ account }) => {
    const here = account.stage === 'ready' ? account.accountId : null;
    if (here === owner) return;
    owner = here;
    const kept = here === null ? undefined : read()[here];
    memory.setState({ muted: new Set(Array.isArray(kept) ? kept.filter(isId) : []) });
  });
  memory.subscribe(({ muted }, before) => {
    if (owner === null || muted === before.muted) return;
    const { [owner]: _, ...others } = read();
    const all = muted.size === 0 ? others : { ...others, [owner]: [...muted] };
    keepPreference('muted', JSON.stringify(all));
  });
}
