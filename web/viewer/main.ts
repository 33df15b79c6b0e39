/**
 * The viewer: what others sent is drawn here and nowhere else. The document lies in a sandbox with an origin of its own,
 * without network and storage; all that it has is the port that the page hands it. See docs/threat-model.md.
 */

import { Arriving } from './arriving.ts';
import { guard } from './guard.ts';
import type { FromViewer, ToViewer } from './messages.ts';
import { Player } from './player.ts';
import { type Screen, show } from './show.ts';
import { askFor, gotSiteFile } from './site-files.ts';
import { still } from './still.ts';
import { VERSION } from './version.ts';

function serve(port: MessagePort): void {
  const tell = (message: FromViewer, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  const player = new Player(tell);
  let screen: Screen | null = null;
  guard(tell);
  askFor(tell);

  const paint = async (asked: Asked<'still'>) => {
    const { picture, duration } = await still(asked).catch(() => ({ picture: null, duration: 0 }));
    tell({ type: 'still', id: asked.id, picture, duration }, picture === null ? [] : [picture]);
  };
  const open = async (asked: Showing) => {
    screen?.close();
    screen = null;
    try {
      screen = await show(asked, player, asked.arriving);
      tell({ type: 'shown', duration: player.duration });
    } catch {
      tell({ type: 'failed' });
    }
  };
  const act = async (asked: Turn): Promise<void> => {
    switch (asked.type) {
      case 'show':
        return await open(asked);
      case 'zoom':
        return screen?.zoom(asked.by);
      case 'play':
        return await player.play();
      case 'pause':
        return player.pause();
      case 'seek':
        return player.seek(asked.at);
      case 'rate':
        return player.rate(asked.rate);
      case 'clear':
        screen?.close();
        screen = null;
        return;
      default:
        asked satisfies never;
    }
  };

  // One after the other: what is to be played is opened first. Pictures have nothing to do with it.
  let turn = Promise.resolve();
  let arriving: Arriving | null = null;
  port.onmessage = ({ data }: MessageEvent<ToViewer>) => {
    if (data.type === 'still') return void paint(data);
    // What is being opened may wait for it.
    if (data.type === 'site-file') return gotSiteFile(data.id, data.bytes);
    if (data.type === 'more') return arriving?.more(data.file, data.whole);
    if (data.type !== 'show') turn = turn.then(() => act(data));
    else {
      const coming = data.whole ? null : new Arriving(data.file);
      arriving = coming;
      turn = turn.then(() => act({ ...data, arriving: coming }));
    }
  };
}

/** A file that is to be shown, and where more of it comes from. */
type Showing = Asked<'show'> & { readonly arriving: Arriving | null };

/** What is done one after the other. */
type Turn = Exclude<ToViewer, { readonly type: 'still' | 'more' | 'show' | 'site-file' }> | Showing;

type Asked<T extends ToViewer['type']> = Extract<ToViewer, { readonly type: T }>;

/** The one message that comes by the window: it brings the port, and only the page around this one can send it first. */
function hello({ source, ports: [port] }: MessageEvent): void {
  if (source !== parent || port === undefined) return;
  removeEventListener('message', hello);
  serve(port);
}
addEventListener('message', hello);
// That it listens, and in which version, to whoever made it.
parent.postMessage(VERSION, '*');
