import { useEffect, useMemo, useState } from 'react';
import type { TransferView } from '../../../engine/contract.ts';
import { type Kind, kindOfBlob } from '../kinds.ts';
import { type Still, stillOf } from './workshop.ts';

/** Pixels: enough for the widest bubble on a fine screen. */
const EDGE = 960;

/** What the bytes of a file are; undefined until they were looked at, null where nothing can be shown of them. */
export function useKind(transfer: TransferView): Kind | null | undefined {
  const { blob, kind, mediaType } = transfer;
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

/** A small picture of a file, made in the viewer's frame; before the file is there, of the preview that came with it. */
export function useStill(transfer: TransferView, kind: Kind | null | undefined): Still | null {
  const { blob, preview, mode } = transfer;
  const [still, setStill] = useState<Still | null>(null);
  const early = useMemo(() => (preview.length > 0 ? new Blob([new Uint8Array(preview)]) : null), [preview]);
  useEffect(() => {
    let wanted = true;
    const show = (made: Still) => {
      if (wanted) setStill(made);
    };
    const pictured = kind?.shape === 'image' || kind?.shape === 'video' || kind?.shape === 'pdf';
    if (blob !== undefined && kind && pictured) void stillOf(blob, kind, EDGE).then(show);
    else if (blob === undefined && early !== null && mode === 'both') {
      void stillOf(early, { shape: 'image', mediaType: 'image/jpeg' }, EDGE).then(show);
    }
    return () => {
      wanted = false;
    };
  }, [blob, kind, early, mode]);
  return still;
}
