/** Files of the site that the frame needs beside its own code: it has no network, and the page around it brings them. */
import type { FromViewer } from './messages.ts';

type Waiting = (bytes: ArrayBuffer | null) => void;

const waiting = new Map<number, Waiting>();
let ask: (message: FromViewer) => void = () => undefined;

/** How the page is asked. */
export function askFor(tell: (message: FromViewer) => void): void {
  ask = tell;
}

export function gotSiteFile(id: number, bytes: ArrayBuffer | null): void {
  waiting.get(id)?.(bytes);
  waiting.delete(id);
}

let nextId = 1;

/** @throws TypeError where it is not to be had. */
export async function siteFile(path: string): Promise<Uint8Array> {
  const id = nextId++;
  const bytes = await new Promise<ArrayBuffer | null>((resolve) => {
    waiting.set(id, resolve);
    ask({ type: 'need', id, path });
  });
  if (bytes === null) throw new TypeError(`no ${path}`);
  return new Uint8Array(bytes);
}
