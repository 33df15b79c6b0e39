/** The page's handle on a viewer's frame: a document without origin, network and storage (`web/viewer/`). */
import type { FromViewer, ToViewer } from '../../../../viewer/messages.ts';

/** Where the relay serves it, with a policy of its own. */
const ADDRESS = '/viewer/index.html';
/** What it may ask for: public files of its own build; while developing, of the package they come from. */
const ITS_FILES = import.meta.env.DEV ? '/node_modules/pdfjs-dist/' : '/viewer/assets/';

export class ViewerFrame {
  private readonly channel = new MessageChannel();
  private readonly listeners = new Set<(message: FromViewer) => void>();

  constructor(readonly element: HTMLIFrameElement) {
    this.channel.port1.onmessage = ({ data }: MessageEvent<FromViewer>) => {
      if (data.type === 'need') return void this.fetch(data.id, data.path);
      for (const listener of this.listeners) listener(data);
    };
    // It says when it listens; what is said before waits in the port.
    addEventListener('message', this.greet);
    element.setAttribute('sandbox', 'allow-scripts');
    element.allow = 'autoplay *';
    element.src = ADDRESS;
  }

  /** Its origin is like no other and cannot be named: the window itself is what tells it apart. */
  private readonly greet = ({ source }: MessageEvent): void => {
    if (source === null || source !== this.element.contentWindow) return;
    removeEventListener('message', this.greet);
    source.postMessage(null, { targetOrigin: '*', transfer: [this.channel.port2] });
  };

  /** The frame has no network. What it draws is a stranger's: it is given nothing but files of its own. */
  private async fetch(id: number, path: string): Promise<void> {
    const { origin, pathname } = new URL(path, location.origin);
    const allowed = origin === location.origin && pathname.startsWith(ITS_FILES);
    const bytes = allowed ? await fileAt(pathname).catch(() => null) : null;
    this.say({ type: 'site-file', id, bytes });
  }

  say(message: ToViewer): void {
    this.channel.port1.postMessage(message);
  }

  hear(listener: (message: FromViewer) => void): () => void {
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
