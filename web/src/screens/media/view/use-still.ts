import { useEffect, useMemo, useState } from 'react';
import type { TransferView } from '../../../engine/contract.ts';
import { type Kind, kindOfBlob, SNIFFED } from '../kinds.ts';
import { type Still, stillOf } from './workshop.ts';

/** Pixels: enough for the widest bubble on a fine screen. */
const EDGE = 960;

/** What the bytes of a file are; undefined until they were looked at, null where nothing can be shown of them. */
export function useKind(transfer: TransferView): Kind | null | undefined {
  const { kind, mediaType } = transfer;
  const blob = useGrown(transfer, Number.POSITIVE_INFINITY);
  const [found, setFound] = useState<Kind | null>();
  useEffect(() => {
    let wanted = true;
    if (blob === undefined) return setFound(undefined);
    void kindOfBlob(blob, { kind, mediaType }).then((known) => {
      if (wanted) setFound(known);
    });
    return () => {
      wanted = false;
    };
  }, [blob, kind, mediaType]);
  return found;
}

/** The file, or the start of it that has come: another one only when it is whole, or has grown by this factor. */
function useGrown({ blob, arriving }: TransferView, factor: number): Blob | undefined {
  const [grown, setGrown] = useState<Blob>();
  const enough = grown === undefined ? SNIFFED : grown.size * factor;
  const next = blob ?? (arriving !== undefined && arriving.size >= enough ? arriving : grown);
  useEffect(() => setGrown(next), [next]);
  return next;
}

/** A small picture of a file, made in the viewer's frame; before the file is there, of the preview that came with it. */
export function useStill(transfer: TransferView, kind: Kind | null | undefined): Still | null {
  const { preview, mode, blob: whole } = transfer;
  const blob = useGrown(transfer, 2);
  const [still, setStill] = useState<Still | null>(null);
  const early = useMemo(() => (preview.length > 0 ? new Blob([new Uint8Array(preview)]) : null), [preview]);
  useEffect(() => {
    let wanted = true;
    const show = (made: Still) => {
      // Of the start of a film there may be no picture yet; one that there is stays until there is a better one.
      if (wanted) setStill((before) => (blob === whole || made.picture !== null ? made : before));
    };
    const pictured = kind?.shape === 'image' || kind?.shape === 'video' || kind?.shape === 'pdf';
    if (blob !== undefined && kind && pictured) void stillOf(blob, kind, EDGE).then(show);
    else if (blob === undefined && early !== null && mode === 'both') {
      void stillOf(early, { shape: 'image', mediaType: 'image/jpeg' }, EDGE).then(show);
    }
    return () => {
      wanted = false;
    };
  }, [blob, whole, kind, early, mode]);
  return still;
}
