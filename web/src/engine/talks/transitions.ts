/** What changed, as lines for whoever develops: which conversation went from where to where, and not a word of what was said. */
import type { Input } from './input.ts';
import type { Call, State, Talk } from './state.ts';

/** `why`: what happened; null when whoever was here left. */
export function transitions(before: State, after: State, why: Input | null): string[] {
  const cause = why === null ? 'gone' : why.type === 'heard' ? `heard ${why.event.type}` : why.type;
  const lines: string[] = [];
  const line = (what: string, was: string, is: string) => {
    if (was !== is) lines.push(`${cause}: ${what} ${was} -> ${is}`);
  };
  line('line', String(before.online), String(after.online));
  for (const id of new Set([...before.talks.keys(), ...after.talks.keys()])) {
    line(`talk ${short(id)}`, talkStands(before.talks.get(id)), talkStands(after.talks.get(id)));
  }
  for (const id of new Set([...before.calls.keys(), ...after.calls.keys()])) {
    line(`call ${short(id)}`, callStands(before.calls.get(id)), callStands(after.calls.get(id)));
  }
  return lines;
}

/** Enough to tell conversations apart, and nobody's name. */
const short = (accountId: string): string => accountId.slice(0, 6);

function talkStands(talk: Talk | undefined): string {
  if (talk === undefined) return 'none';
  const { phase, messages } = talk;
  const count = `${messages.size} messages`;
  if (phase.at === 'ended') return `ended (${phase.how}), ${count}`;
  if (phase.at !== 'live') return `${phase.at}, ${count}`;
  const { stage, session, renewing, peerOnline, silentSince, waiting } = phase.state;
  const more = [
    renewing && 'renewing',
    peerOnline === false && 'peer away',
    silentSince !== null && 'silent',
  ];
  return [`${stage} ${session}`, ...more.filter((word) => word !== false), `${waiting} waiting`, count].join(
    ', ',
  );
}

function callStands(call: Call | undefined): string {
  if (call === undefined) return 'none';
  return `${call.name === null ? 'unnamed' : 'ringing'}${call.changed ? ', key changed' : ''}`;
}
