/** Puts one file on the screen. */

import type { Arriving } from './arriving.ts';
import { decode } from './decode.ts';
import { setGuarded } from './guard.ts';
import type { ToShow } from './messages.ts';
import { load, type Player } from './player.ts';
import { loadArriving } from './stream.ts';
import { Surface } from './surface.ts';
import { readText, textPages } from './text.ts';

export interface Screen {
  zoom(by: -1 | 0 | 1): void;
  close(): void;
}

/** Fails where this browser cannot show it, or it is damaged. */
export async function show(asked: ToShow, player: Player, arriving: Arriving | null): Promise<Screen> {
  setGuarded(asked.watermark !== null);
  document.documentElement.classList.toggle('round', asked.round);
  switch (asked.shape) {
    case 'image': {
      const picture = await decode(asked);
      const { width, height } = picture;
      const surface = surfaceFor(asked, 'whole');
      surface.set([{ width, height, draw: (context, ...place) => context.drawImage(picture, ...place) }]);
      return { zoom: (by) => surface.zoom(by), close: () => closeAll(surface, picture) };
    }
    case 'pdf': {
      const { openPdf } = await import('./pdf.ts');
      let surface: Surface | null = null;
      const pdf = await openPdf(asked.file, () => surface?.paint());
      const painted = surfaceFor(asked, 'width');
      surface = painted;
      painted.set(pdf.pages);
      return { zoom: (by) => painted.zoom(by), close: () => closeAll(painted, pdf) };
    }
    case 'text':
      return asked.watermark === null ? plainText(asked) : await paintedText(asked);
    case 'audio':
    case 'video':
      return await playing(asked, player, arriving);
    default:
      return asked.shape satisfies never;
  }
}

function surfaceFor({ watermark, locale }: ToShow, fit: 'whole' | 'width'): Surface {
  return new Surface(fit, watermark === null ? null : { name: watermark, locale });
}

function closeAll(...parts: readonly { close(): void }[]): void {
  for (const part of parts) part.close();
}

async function plainText({ file }: ToShow): Promise<Screen> {
  const stage = document.createElement('div');
  stage.className = 'stage';
  stage.tabIndex = 0;
  const text = document.createElement('pre');
  text.textContent = await readText(file);
  stage.append(text);
  document.body.append(stage);
  let size = 1;
  return {
    zoom(by) {
      size = by === 0 ? 1 : Math.min(3, Math.max(0.6, size * 1.2 ** by));
      text.style.fontSize = `${size * 0.875}rem`;
    },
    close: () => stage.remove(),
  };
}

async function paintedText(asked: ToShow): Promise<Screen> {
  const surface = surfaceFor(asked, 'width');
  surface.set(textPages(await readText(asked.file)));
  return { zoom: (by) => surface.zoom(by), close: () => surface.close() };
}

async function playing(asked: ToShow, player: Player, arriving: Arriving | null): Promise<Screen> {
  const kind = asked.shape === 'video' ? 'video' : 'audio';
  const make = () => document.createElement(kind);
  const loaded = await (arriving === null ? load(make(), asked) : loadArriving(make, asked, arriving));
  const { element, duration } = loaded;
  player.take(element, duration);
  const parts = [{ close: () => player.drop() }, loaded];
  if (element instanceof HTMLVideoElement && element.videoWidth > 0) {
    element.playsInline = true;
    element.disablePictureInPicture = true;
    if (asked.watermark === null) {
      element.className = 'picture';
      document.body.append(element);
      parts.push({ close: () => element.remove() });
    } else {
      parts.push(painted(asked, element));
    }
  }
  return { zoom: () => undefined, close: () => closeAll(...parts) };
}

/** A film that is only to be looked at: each frame is painted, and the element itself is in no document. */
function painted(asked: ToShow, video: HTMLVideoElement): { close(): void } {
  const surface = surfaceFor(asked, 'whole');
  const { videoWidth: width, videoHeight: height } = video;
  surface.set([{ width, height, draw: (context, ...place) => context.drawImage(video, ...place) }]);
  let open = true;
  const next = () => {
    if (!open) return;
    surface.paint();
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  video.addEventListener('seeked', () => surface.paint());
  return {
    close() {
      open = false;
      surface.close();
    },
  };
}
