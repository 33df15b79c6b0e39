/** The page's handle on a viewer's frame: a document without origin, network and storage (`web/viewer/`). */
import type { FromViewer, ToViewer } from '../../../../viewer/messages.ts';

/** Where the relay serves it, with a policy of its own. */
const ADDRESS = '/viewer/index.html';

export class ViewerFrame {
  private readonly channel = new MessageChannel();
  private readonly listeners = new Set<(message: FromViewer) => void>();

  constructor(readonly element: HTMLIFrameElement) {
    this.channel.port1.onmessage = ({ data }: MessageEvent<FromViewer>) => {
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
