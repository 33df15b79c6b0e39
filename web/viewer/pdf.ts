/** Pages of a PDF, drawn when they are looked at. This and pdf.js arrive with the first PDF. */
import { GlobalWorkerOptions, getDocument, type PDFPageProxy, version } from 'pdfjs-dist';
// A worker would need an address of this document's origin, which has none: its part runs here, and the frame is a process
// of its own where the browser keeps sandboxed documents apart.
import { WorkerMessageHandler } from 'pdfjs-dist/build/pdf.worker.mjs';
import { siteFile } from './site-files.ts';
import type { PaintedPage } from './surface.ts';

(globalThis as { pdfjsWorker?: unknown }).pdfjsWorker = {
  WorkerMessageHandler,
};
GlobalWorkerOptions.workerSrc = 'none';

/** What pdf.js has beside its code, see `vite.config.ts`: while developing, where npm put it. */
const BESIDE = import.meta.env.DEV ? '/node_modules/pdfjs-dist' : `/viewer/assets/pdfjs-${version}`;

/** Tables of characters, which the page around the frame fetches. */
class Tables {
  async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    if (kind !== 'cMapUrl') throw new TypeError(`no ${filename}`);
    return await siteFile(`${BESIDE}/cmaps/${filename}`);
  }
}

/** Drawn pages that are kept; a page is some megabytes. */
const KEPT = 6;
/** Points of paper to CSS pixels. */
const CSS_PER_POINT = 96 / 72;

export interface Pdf {
  readonly pages: readonly PaintedPage[];
  /** The first page, for a small picture. */
  first(edge: number): Promise<HTMLCanvasElement>;
  close(): void;
}

/** `changed`: a page was drawn that was asked for. */
export async function openPdf(file: Blob, changed: () => void = () => undefined): Promise<Pdf> {
  const task = getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    // There is no network but for code of the site: decoders that are no WebAssembly, which the policy does not let in.
    disableAutoFetch: true,
    disableStream: true,
    useWorkerFetch: false,
    useWasm: false,
    wasmUrl: new URL(`${BESIDE}/wasm/`, document.baseURI).href,
    BinaryDataFactory: Tables,
    useSystemFonts: true,
    enableXfa: false,
    stopAtErrors: false,
  });
  const document_ = await task.promise;
  const numbers = Array.from({ length: document_.numPages }, (_, index) => index + 1);
  const proxies = await Promise.all(numbers.map((number) => document_.getPage(number)));
  const drawn = new Map<PDFPageProxy, HTMLCanvasElement>();
  const drawing = new Set<PDFPageProxy>();

  const render = async (page: PDFPageProxy, scale: number): Promise<HTMLCanvasElement> => {
    const viewport = page.getViewport({ scale });
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(viewport.width);
    canvas.height = Math.ceil(viewport.height);
    await page.render({ canvas, viewport }).promise;
    return canvas;
  };
  const draw = async (page: PDFPageProxy, scale: number): Promise<void> => {
    if (drawing.has(page)) return;
    drawing.add(page);
    drawn.set(page, await render(page, scale));
    drawing.delete(page);
    const oldest = drawn.keys().next().value;
    if (drawn.size > KEPT && oldest !== undefined) drawn.delete(oldest);
    changed();
  };

  const pages = proxies.map((page): PaintedPage => {
    const { width, height } = page.getViewport({ scale: CSS_PER_POINT });
    return {
      width,
      height,
      draw(context, x, y, across, down) {
        context.fillStyle = '#ffffff';
        context.fillRect(x, y, across, down);
        const canvas = drawn.get(page);
        const needed = across * devicePixelRatio;
        if (canvas !== undefined) context.drawImage(canvas, x, y, across, down);
        if (canvas === undefined || canvas.width < needed * 0.8) {
          void draw(page, (needed / width) * CSS_PER_POINT);
        }
      },
    };
  });
  return {
    pages,
    async first(edge) {
      const [page] = proxies;
      if (page === undefined) throw new TypeError('there is no page');
      const { width, height } = page.getViewport({ scale: 1 });
      return await render(page, edge / Math.max(width, height));
    },
    close: () => void task.destroy(),
  };
}
