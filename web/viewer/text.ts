/** Text and code: as text, or painted where it is only to be looked at. */
import type { PaintedPage } from './surface.ts';

/** More than this is not shown: nobody reads it here, and a page that long is slow. Characters. */
const MOST = 1_000_000;
const COLUMNS = 100;
const LINES = 60;
const FONT = 14;
const LINE = 21;
const MARGIN = 24;

export async function readText(file: Blob): Promise<string> {
  const text = new TextDecoder().decode(await file.slice(0, MOST * 4).arrayBuffer());
  return text.length > MOST ? `${text.slice(0, MOST)}\n…` : text;
}

/** Lines that are too long go on in the next one. */
export function wrapped(text: string, columns = COLUMNS): string[] {
  return text
    .replaceAll('\t', '    ')
    .split(/\r\n?|\n/)
    .flatMap((line) => {
      const characters = [...line];
      const parts: string[] = [];
      do parts.push(characters.splice(0, columns).join(''));
      while (characters.length > 0);
      return parts;
    });
}

export function textPages(text: string): PaintedPage[] {
  const lines = wrapped(text);
  const pages: PaintedPage[] = [];
  for (let first = 0; first < lines.length; first += LINES) {
    const part = lines.slice(first, first + LINES);
    const [width, height] = [COLUMNS * FONT * 0.62 + 2 * MARGIN, part.length * LINE + 2 * MARGIN];
    pages.push({
      width,
      height,
      draw(context, x, y, across, down) {
        context.save();
        context.translate(x, y);
        context.scale(across / width, down / height);
        context.fillStyle = '#1d1b18';
        context.fillRect(0, 0, width, height);
        context.fillStyle = '#f3efe8';
        context.font = `${FONT}px ui-monospace, Menlo, Consolas, "Noto Sans Mono", monospace`;
        for (const [row, line] of part.entries())
          context.fillText(line, MARGIN, MARGIN + (row + 0.75) * LINE);
        context.restore();
      },
    });
  }
  return pages;
}
