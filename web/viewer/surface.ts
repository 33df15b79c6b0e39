/** Pages that are painted on one canvas as large as the view, under a watermark that moves. */

export interface PaintedPage {
  /** CSS pixels at a scale of 1. */
  readonly width: number;
  readonly height: number;
  draw(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void;
}

export interface Watermark {
  readonly name: string;
  readonly locale: string;
}

const GAP = 16;
const ZOOM_STEP = 1.4;
const ZOOM_MOST = 8;

/** Degrees, and distances in CSS pixels. */
const MARK = { turn: -18, across: 260, down: 76, drift: 3 } as const;

export class Surface {
  readonly #stage = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #room = document.createElement('div');
  readonly #time: Intl.DateTimeFormat;
  readonly #clock: ReturnType<typeof setInterval> | undefined;
  readonly #observer: ResizeObserver;
  #pages: readonly PaintedPage[] = [];
  #zoom = 1;
  #due = false;

  /** `fit`: a single picture is shown whole; pages are as wide as the view. */
  constructor(
    private readonly fit: 'whole' | 'width',
    private readonly mark: Watermark | null,
  ) {
    this.#stage.className = 'stage';
    // Scrolled by keys.
    this.#stage.tabIndex = 0;
    this.#stage.append(this.#canvas, this.#room);
    this.#stage.addEventListener('scroll', () => this.paint());
    this.#time = new Intl.DateTimeFormat(mark?.locale, { timeStyle: 'medium' });
    this.#clock = mark === null ? undefined : setInterval(() => this.paint(), 1000);
    this.#observer = new ResizeObserver(() => this.#measure());
    document.body.append(this.#stage);
    this.#observer.observe(this.#stage);
  }

  set(pages: readonly PaintedPage[]): void {
    this.#pages = pages;
    this.#measure();
  }

  zoom(by: -1 | 0 | 1): void {
    this.#zoom = by === 0 ? 1 : Math.min(ZOOM_MOST, Math.max(1, this.#zoom * ZOOM_STEP ** by));
    this.#measure();
  }

  /** Soon, once, however often it is asked for. */
  paint(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  close(): void {
    clearInterval(this.#clock);
    this.#observer.disconnect();
    this.#pages = [];
    this.#canvas.width = 0;
    this.#stage.remove();
  }

  #scale({ width, height }: PaintedPage): number {
    const { clientWidth, clientHeight } = this.#stage;
    const across = Math.min(this.fit === 'width' ? 1.5 : 1, clientWidth / width);
    return (this.fit === 'width' ? across : Math.min(across, clientHeight / height)) * this.#zoom;
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#stage;
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(clientWidth * ratio);
    this.#canvas.height = Math.round(clientHeight * ratio);
    this.#canvas.style.width = `${clientWidth}px`;
    this.#canvas.style.height = `${clientHeight}px`;
    const sizes = this.#pages.map((page) => ({ page, scale: this.#scale(page) }));
    const width = Math.max(0, ...sizes.map(({ page, scale }) => page.width * scale));
    const height = sizes.reduce((sum, { page, scale }) => sum + page.height * scale + GAP, -GAP);
    // The canvas stays where the view is; this is what there is to scroll through beneath it.
    this.#room.style.width = `${width}px`;
    this.#room.style.height = `${Math.max(0, height - clientHeight)}px`;
    this.#draw();
  }

  #draw(): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const { clientWidth, clientHeight, scrollTop, scrollLeft } = this.#stage;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    const total = this.#pages.reduce((sum, page) => sum + page.height * this.#scale(page) + GAP, -GAP);
    let top = Math.max(0, (clientHeight - total) / 2) - scrollTop;
    for (const page of this.#pages) {
      const scale = this.#scale(page);
      const [width, height] = [page.width * scale, page.height * scale];
      const left = Math.max(0, (clientWidth - width) / 2) - scrollLeft;
      if (top < clientHeight && top + height > 0) page.draw(context, left, top, width, height);
      top += height + GAP;
    }
    if (this.mark !== null) this.#watermark(context, this.mark, clientWidth, clientHeight);
  }

  /** Painted into the same pixels as the file, so that it is on every picture of them. */
  #watermark(context: CanvasRenderingContext2D, { name }: Watermark, width: number, height: number): void {
    const now = Date.now();
    const words = `${name} · ${this.#time.format(now)}`;
    const moved = ((now / 1000) * MARK.drift) % MARK.across;
    context.save();
    context.font = '600 15px "Segoe UI", Roboto, "Noto Sans", system-ui, sans-serif';
    context.fillStyle = 'rgb(255 255 255 / 0.55)';
    context.strokeStyle = 'rgb(0 0 0 / 0.45)';
    context.lineWidth = 2.5;
    context.translate(width / 2, height / 2);
    context.rotate((MARK.turn * Math.PI) / 180);
    const reach = Math.hypot(width, height) / 2;
    let row = 0;
    for (let y = -reach; y < reach; y += MARK.down) {
      const shift = (row % 2) * (MARK.across / 2) + moved;
      for (let x = -reach - MARK.across; x < reach; x += MARK.across) {
        context.strokeText(words, x + shift, y);
        context.fillText(words, x + shift, y);
      }
      row += 1;
    }
    context.restore();
  }
}
