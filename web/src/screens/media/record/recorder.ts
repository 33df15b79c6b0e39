/** Records from microphone and camera. Whatever happens, they are let go at once. */
import { levelOf, peaksOf } from './peaks.ts';

export type What = 'voice' | 'video';

/** By what browsers offer: WebM or OGG with Opus, else MP4. */
const formats: Readonly<Record<What, readonly string[]>> = {
  voice: ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4'],
  video: [
    'video/webm;codecs=vp9,opus',
    'video/webm;codecs=vp8,opus',
    'video/mp4;codecs=avc1,opus',
    'video/mp4',
  ],
};

/** How often something is told, in ms. */
const TICK_MS = 100;

export interface Limits {
  readonly bytes: number;
  /** Infinity: only the bytes count. */
  readonly ms: number;
}

/** protocol.md leaves both to the product: FEATURES M8 and M9. */
export const limits: Readonly<Record<What, Limits>> = {
  voice: { bytes: 10 * 1024 * 1024, ms: 5 * 60_000 },
  video: { bytes: 50 * 1024 * 1024, ms: Number.POSITIVE_INFINITY },
};

export interface Tick {
  readonly ms: number;
  readonly bytes: number;
  /** How loud it was each time so far. */
  readonly levels: readonly number[];
}

export interface Recorded {
  readonly blob: Blob;
  readonly durationMs: number;
  readonly peaks: Uint8Array<ArrayBuffer>;
}

/** Microphone, or camera and microphone. Rejects with the browser's own error. */
export async function openDevices(what: What, cameraId?: string): Promise<MediaStream> {
  const camera = {
    width: { ideal: 480 },
    height: { ideal: 480 },
    ...(cameraId === undefined ? { facingMode: 'user' } : { deviceId: { exact: cameraId } }),
  };
  return await navigator.mediaDevices.getUserMedia(
    what === 'voice' ? { audio: true } : { audio: true, video: camera },
  );
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export class Recording {
  readonly #recorder: MediaRecorder;
  readonly #chunks: Blob[] = [];
  readonly #levels: number[] = [];
  readonly #began = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #sound = new AudioContext();
  readonly #ended: Promise<void>;
  #bytes = 0;

  /** `onFull`: no more fits; what there is can be had by `stop`. */
  constructor(
    private readonly what: What,
    private readonly stream: MediaStream,
    private readonly on: { readonly tick: (tick: Tick) => void; readonly full: () => void },
  ) {
    const mimeType = formats[what].find((format) => MediaRecorder.isTypeSupported(format));
    this.#recorder = new MediaRecorder(stream, {
      ...(mimeType === undefined ? {} : { mimeType }),
      audioBitsPerSecond: 48_000,
      videoBitsPerSecond: 900_000,
    });
    this.#recorder.addEventListener('dataavailable', ({ data }) => {
      if (data.size === 0) return;
      this.#chunks.push(data);
      this.#bytes += data.size;
    });
    this.#ended = new Promise((resolve) => {
      this.#recorder.addEventListener('stop', () => resolve(), { once: true });
    });
    const meter = this.#sound.createAnalyser();
    meter.fftSize = 2048;
    this.#sound.createMediaStreamSource(stream).connect(meter);
    const samples = new Uint8Array(meter.fftSize);
    this.#timer = setInterval(() => {
      meter.getByteTimeDomainData(samples);
      this.#levels.push(levelOf(samples));
      this.#tell();
    }, TICK_MS);
    this.#recorder.start(TICK_MS * 5);
  }

  /** All of it. The devices are free when this returns, and before it is fulfilled. */
  async stop(): Promise<Recorded> {
    const durationMs = Math.round(performance.now() - this.#began);
    this.discard();
    await this.#ended;
    const blob = new Blob(this.#chunks, { type: this.#recorder.mimeType });
    return { blob, durationMs, peaks: peaksOf(this.#levels) };
  }

  /** The devices are free when this returns. */
  discard(): void {
    clearInterval(this.#timer);
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    release(this.stream);
    if (this.#sound.state !== 'closed') void this.#sound.close();
  }

  #tell(): void {
    const ms = performance.now() - this.#began;
    this.on.tick({ ms, bytes: this.#bytes, levels: this.#levels.slice() });
    const { bytes: mostBytes, ms: mostMs } = limits[this.what];
    // What the recorder still holds back has to fit as well.
    const reserve = Math.max(64 * 1024, (this.#bytes / Math.max(ms, 1)) * 2000);
    if (ms >= mostMs || this.#bytes + reserve >= mostBytes) this.on.full();
  }
}

/** The file that is sent. Its name says when, for whoever saves it. */
export function fileOf({ blob }: Recorded, name: string): File {
  const type = blob.type.split(';')[0] ?? '';
  const ending = { 'audio/mp4': 'm4a', 'video/mp4': 'mp4', 'audio/ogg': 'ogg' }[type] ?? 'webm';
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '-').replace('T', ' ');
  return new File([blob], `${name} ${at}.${ending}`, { type });
}
