/** The page's handle on a viewer's frame: a document without origin, network and storage (`web/viewer/`). */
import type { FromViewer, ToViewer } from '../../../../viewer/messages.ts';
import { VERSION } from '../../../../viewer/version.ts';
import { becomeOutdated } from './outdated.ts';

/** Where the relay serves it, with a policy of its own. */
const ADDRESS = '/viewer/index.html';
/** What it may ask for: public files of its own build; while developing, of the package they come from. */
const ITS_FILES = import.meta.env.DEV ? '/node_modules/pdfjs-dist/' : '/viewer/assets/';

/** What is heard of a frame. `outdated`: it is of another version than this page, and nothing can be shown in it. */
export type FromFrame = FromViewer | { readonly type: 'outdated' };

export class ViewerFrame {
  private readonly channel = new MessageChannel();
  private readonly listeners = new Set<(message: FromFrame) => void>();
  private outdated = false;

  constructor(readonly element: HTMLIFrameElement) {
    this.channel.port1.onmessage = ({ data }: MessageEvent<FromViewer>) => {
      if (data.type === 'need') return void this.fetch(data.id, data.path);
      this.tell(data);
    };
    // It says when it listens; what is said before waits in the port.
    addEventListener('message', this.greet);
    element.setAttribute('sandbox', 'allow-scripts');
    element.allow = 'autoplay *';
    element.src = ADDRESS;
  }

  /** Its origin is like no other and cannot be named: the window itself is what tells it apart. */
  private readonly greet = ({ source, data }: MessageEvent): void => {
    if (source === null || source !== this.element.contentWindow) return;
    removeEventListener('message', this.greet);
    if (data === VERSION) source.postMessage(null, { targetOrigin: '*', transfer: [this.channel.port2] });
    else {
      // The server is newer than this page, or older: nothing is handed to what would take it for something else.
      this.outdated = true;
      becomeOutdated();
      this.tell({ type: 'outdated' });
    }
  };

  /** The frame has no network. What it draws is a stranger's: it is given nothing but files of its own. */
  private async fetch(id: number, path: string): Promise<void> {
    const { origin, pathname } = new URL(path, location.origin);
    const allowed = origin === location.origin && pathname.startsWith(ITS_FILES);
    const bytes = allowed ? await fileAt(pathname).catch(() => null) : null;
    this.say({ type: 'site-file', id, bytes });
  }

  private tell(message: FromFrame): void {
    for (const listener of this.listeners) listener(message);
  }

  say(message: ToViewer): void {
    if (this.outdated) queueMicrotask(() => this.tell({ type: 'outdated' }));
    else this.channel.port1.postMessage(message);
  }

  hear(listener: (message: FromFrame) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The element is its owner's to remove. */
  close(): void {
    removeEventListener('message', this.greet);
    this.listeners.clear();
    this.channel.port1.close();
  }
}

async function fileAt(path: string): Promise<ArrayBuffer | null> {
  const answer = await fetch(path, { credentials: 'omit' });
  return answer.ok ? await answer.arrayBuffer() : null;
}
