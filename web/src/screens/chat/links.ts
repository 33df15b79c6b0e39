/** Where a text names an address: found as people write them, and told for what it is. Nothing is fetched. */
import { LinkifyIt } from 'linkify-it';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'link';
      readonly text: string;
      readonly href: string;
      /** Where it really goes, if what is written does not show that plainly. */
      readonly host: string | null;
    };

/** Schemes that may be followed from here; anything else is text. */
const followed: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

let finder: LinkifyIt | undefined;

/** A text without one of these names nothing. */
const HINT = /[.:@]/;

export function partsOf(text: string): readonly Part[] {
  if (!HINT.test(text)) return [{ kind: 'text', text }];
  finder ??= new LinkifyIt({ fuzzyLink: true, urlAuth: true });
  const parts: Part[] = [];
  let from = 0;
  for (const { index, lastIndex, schema, url } of finder.match(text) ?? []) {
    // What is written without a scheme is taken for a site of today.
    const link = linkOf(text.slice(index, lastIndex), schema === '' ? url.replace(/^http:/, 'https:') : url);
    if (link === null) continue;
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) });
    parts.push(link);
    from = lastIndex;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

function linkOf(written: string, address: string): Part | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (!followed.has(url.protocol)) return null;
  const host = url.protocol === 'mailto:' ? mailHost(url) : url.hostname;
  return { kind: 'link', text: written, href: url.href, host: isPlain(written, host, url) ? null : host };
}

/** Of an address of mail, as the network would write it. */
function mailHost({ pathname }: URL): string {
  const at = pathname.slice(pathname.lastIndexOf('@') + 1);
  const address = `https://${decodeURIComponent(at)}`;
  return URL.canParse(address) ? new URL(address).hostname : at;
}

/** All of a name in one script other than ours, its end included, is a name in that language, and imitates nobody. */
const WHOLE = /^(?:[\p{Script=Cyrillic}\d-]+\.)+[\p{Script=Cyrillic}]+$/u;

/** Whether what is written shows where it goes: no name before an @, and no letters that look like others. */
function isPlain(written: string, host: string, { username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  if (!host.includes('xn--')) return written.toLowerCase().includes(host);
  const name = written.replace(/^[a-z]+:(?:\/\/)?/i, '').replace(/^.*@/, '');
  return WHOLE.test(name.replace(/[/?#:].*$/s, ''));
}

/** So much of a long text is shown at first. */
const MOST_CHARS = 700;
const MOST_LINES = 12;
/** A text that is not much longer is not worth a fold. */
const SLACK = 1.3;

/** How much of a text is shown while it is folded; null: all of it. */
export function foldAt(text: string): number | null {
  const lineEnd = endOfLine(text, Math.ceil(MOST_LINES * SLACK));
  if (text.length <= MOST_CHARS * SLACK && lineEnd === null) return null;
  const lines = endOfLine(text, MOST_LINES) ?? text.length;
  const most = Math.min(lines, MOST_CHARS);
  const head = text.slice(0, most);
  // At the end of a word, unless that loses much; never inside a character.
  const space = head.search(/\s\S*$/u);
  if (most === MOST_CHARS && space > MOST_CHARS * 0.8) return space;
  return /[\uD800-\uDBFF]$/.test(head) ? most - 1 : most;
}

/** Where the line of this number ends; null: there are not so many. */
function endOfLine(text: string, line: number): number | null {
  let at = -1;
  for (let count = 0; count < line; count += 1) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return null;
  }
  return at;
}

/** The parts up to there; a link that does not fit whole is left out, since half of it would be another one. */
export function upTo(parts: readonly Part[], end: number): readonly Part[] {
  const shown: Part[] = [];
  let from = 0;
  for (const part of parts) {
    const to = from + part.text.length;
    if (to <= end) shown.push(part);
    else {
      if (part.kind === 'text') shown.push({ kind: 'text', text: part.text.slice(0, end - from) });
      break;
    }
    from = to;
  }
  return shown;
}
