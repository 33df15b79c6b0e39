/** One small picture of a file: only pixels leave the frame. */
import { decode } from './decode.ts';
import type { Shown } from './messages.ts';
import { load, once } from './player.ts';

/** A little after the start, where many films are still black; seconds. */
const POSTER_AT = 0.1;

export interface Still {
  readonly picture: ImageBitmap | null;
  readonly duration: number;
}

export async function still(asked: Shown & { readonly edge: number }): Promise<Still> {
  switch (asked.shape) {
    case 'image': {
      const source = await decode(asked);
      return { picture: await scaled(source, source.width, source.height, asked.edge), duration: 0 };
    }
    case 'pdf': {
      const { openPdf } = await import('./pdf.ts');
      const pdf = await openPdf(asked.file);
      const canvas = await pdf.first(asked.edge);
      const picture = await createImageBitmap(canvas);
      pdf.close();
      return { picture, duration: 0 };
    }
    case 'video':
      return await poster(asked);
    case 'audio': {
      const { duration, close } = await load(document.createElement('audio'), asked);
      close();
      return { picture: null, duration };
    }
    case 'text':
      return { picture: null, duration: 0 };
    default:
      return asked.shape satisfies never;
  }
}

async function poster(asked: Shown & { readonly edge: number }): Promise<Still> {
  const video = document.createElement('video');
  video.muted = true;
  const { duration, close } = await load(video, asked);
  try {
    const { videoWidth, videoHeight } = video;
    if (videoWidth === 0) return { picture: null, duration };
    const there = once(video, 'seeked');
    video.currentTime = Math.min(POSTER_AT, duration / 2);
    await there;
    return { picture: await scaled(video, videoWidth, videoHeight, asked.edge), duration };
  } finally {
    close();
  }
}

async function scaled(
  source: CanvasImageSource,
  width: number,
  height: number,
  edge: number,
): Promise<ImageBitmap> {
  const scale = Math.min(1, edge / Math.max(width, height, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return await createImageBitmap(canvas);
}
