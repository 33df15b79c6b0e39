/**
 * The viewer: what others sent is drawn here and nowhere else. The document lies in a sandbox with an origin of its own,
 * without network and storage; all that it has is the port that the page hands it. See docs/threat-model.md.
 */

import { guard } from './guard.ts';
import type { FromViewer, ToViewer } from './messages.ts';
import { Player } from './player.ts';
import { type Screen, show } from './show.ts';
import { still } from './still.ts';

function serve(port: MessagePort): void {
  const tell = (message: FromViewer, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  const player = new Player(tell);
  let screen: Screen | null = null;
  guard(tell);

  const paint = async (asked: Asked<'still'>) => {
    const { picture, duration } = await still(asked).catch(() => ({ picture: null, duration: 0 }));
    tell({ type: 'still', id: asked.id, picture, duration }, picture === null ? [] : [picture]);
  };
  const open = async (asked: Asked<'show'>) => {
    screen?.close();
    screen = null;
    try {
      screen = await show(asked, player);
      tell({ type: 'shown', duration: player.duration });
    } catch {
      tell({ type: 'failed' });
    }
  };
  const act = async (asked: Exclude<ToViewer, { type: 'still' }>): Promise<void> => {
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
  port.onmessage = ({ data }: MessageEvent<ToViewer>) => {
    if (data.type === 'still') void paint(data);
    else turn = turn.then(() => act(data));
  };
}

type Asked<T extends ToViewer['type']> = Extract<ToViewer, { readonly type: T }>;

/** The one message that comes by the window: it brings the port, and only the page around this one can send it first. */
function hello({ source, ports: [port] }: MessageEvent): void {
  if (source !== parent || port === undefined) return;
  removeEventListener('message', hello);
  serve(port);
}
addEventListener('message', hello);
// Nothing but that it listens, to whoever made it.
parent.postMessage(null, '*');
