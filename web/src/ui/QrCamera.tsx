import { useEffect, useRef, useState } from 'react';
import { Spinner } from './Spinner.tsx';

export interface QrCameraProps {
  /** Every code that comes into view, again and again while it stays there. */
  readonly onCode: (text: string) => void;
  /** Once; there is no picture then. `missing`: no camera, or none for this page. `gone`: the decoder cannot be had. */
  readonly onTrouble: (trouble: 'denied' | 'missing' | 'gone') => void;
  readonly label: string;
}

const GONE = new Error('a part of the page that the server has no more');

/**
 * The camera's picture, searched for QR codes as long as it is on the screen. The decoder is fetched when it is
 * first needed; the camera's light goes out with the picture.
 */
export function QrCamera({ onCode, onTrouble, label }: QrCameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [running, setRunning] = useState(false);
  const handlers = useRef({ onCode, onTrouble });
  useEffect(() => {
    handlers.current = { onCode, onTrouble };
  });

  useEffect(() => {
    const player = video.current;
    if (player === null) return;
    const stopped = new AbortController();
    watch(player, stopped.signal, {
      onRunning: () => setRunning(true),
      onCode: (text) => handlers.current.onCode(text),
    }).catch((reason: unknown) => {
      if (stopped.signal.aborted) return;
      const denied = reason instanceof DOMException && reason.name === 'NotAllowedError';
      handlers.current.onTrouble(reason === GONE ? 'gone' : denied ? 'denied' : 'missing');
    });
    return () => stopped.abort();
  }, []);

  return (
    <div className="relative aspect-square w-full max-w-80 overflow-hidden rounded-card bg-press">
      {!running && (
        <span className="absolute inset-0 flex items-center justify-center text-ink-2">
          <Spinner />
        </span>
      )}
      <video
        ref={video}
        aria-label={label}
        muted={true}
        playsInline={true}
        data-testid="qr-camera"
        data-running={running}
        className="size-full object-cover"
      />
    </div>
  );
}

interface Watching {
  readonly onRunning: () => void;
  readonly onCode: (text: string) => void;
}

async function watch(
  player: HTMLVideoElement,
  stopped: AbortSignal,
  { onRunning, onCode }: Watching,
): Promise<void> {
  const decoder = await import('qr/dom.js').catch(() => Promise.reject(GONE));
  const { frameLoop, QRCanvas, rearCamera } = decoder;
  if (stopped.aborted) return;
  const camera = await rearCamera(player);
  if (stopped.aborted) return camera.stop();
  onRunning();
  const canvas = new QRCanvas();
  let reading = false;
  const endLoop = frameLoop(() => {
    // A frame that takes longer than the next one needs is not waited for: the loop skips.
    if (reading) return;
    reading = true;
    void camera
      .readFrame(canvas)
      .then((found) => {
        if (typeof found === 'string' && !stopped.aborted) onCode(found);
      })
      .finally(() => {
        reading = false;
      });
  }, player);
  stopped.addEventListener('abort', () => {
    endLoop();
    camera.stop();
  });
}

/** The text of the QR code in a picture; null if there is none, or if it is no picture. Rejects where the decoder cannot be had. */
export async function qrInPicture(picture: Blob): Promise<string | null> {
  const { BarcodeDetector } = await import('qr/decode.js');
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (bitmap === null) return null;
  try {
    const [code] = await new BarcodeDetector({ formats: ['qr_code'] }).detect(bitmap);
    return code?.rawValue ?? null;
  } finally {
    bitmap.close();
  }
}
