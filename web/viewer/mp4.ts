/** MP4 and QuickTime by parts: as they are, or brought into the fragments that `MediaSource` takes. */
import { createFile, type ISOFile, MP4BoxBuffer } from 'mp4box';
import type { Arriving } from './arriving.ts';
import { append, bufferFor, parts } from './buffering.ts';

/** Pictures or pieces of sound in one fragment: about half a second, so that the first comes early. */
const SAMPLES = 15;

interface Part {
  readonly buffer: SourceBuffer;
  readonly bytes: ArrayBuffer;
}

interface Piece {
  readonly at: number;
  readonly bytes: ArrayBuffer;
}

/** Gives what is to be added to what. */
interface Cutter {
  /** Of the pieces that the library has had already. */
  begin(had: readonly Piece[]): readonly Part[];
  more(piece: Piece): readonly Part[];
}

/** The first picture and the first sound of it. */
function tracksOf(file: ISOFile) {
  const { videoTracks, audioTracks } = file.getInfo();
  const known = [
    ...videoTracks.slice(0, 1).map(({ id, codec }) => ({ id, kind: 'video', codec })),
    ...audioTracks.slice(0, 1).map(({ id, codec }) => ({ id, kind: 'audio', codec })),
  ];
  // The name in the file is `Opus`, the name of the codec `opus`.
  return known.map(({ id, kind, codec }) => ({ id, kind, codec: codec.replace('Opus', 'opus') }));
}

/** A recording is in fragments already, of which each can be long: what has come of it is taken at once. */
function asItIs(file: ISOFile, source: MediaSource): Cutter {
  const tracks = tracksOf(file);
  const names = tracks.map(({ codec }) => codec).join();
  const buffer = bufferFor(source, `${tracks[0]?.kind ?? 'video'}/mp4; codecs="${names}"`);
  const more = ({ bytes }: Piece): readonly Part[] => [{ buffer, bytes }];
  return { more, begin: (had) => had.flatMap(more) };
}

/** Any other has one table of all that is in it: the library makes fragments of it. */
function inFragments(file: ISOFile, source: MediaSource): Cutter {
  const tracks = tracksOf(file);
  const buffers = new Map(
    tracks.map(({ id, kind, codec }) => [id, bufferFor(source, `${kind}/mp4; codecs="${codec}"`)]),
  );
  const due: Part[] = [];
  const add = (id: number, bytes: ArrayBuffer) => {
    const buffer = buffers.get(id);
    if (buffer !== undefined) due.push({ buffer, bytes });
  };
  for (const { id } of tracks) file.setSegmentOptions(id, null, { nbSamples: SAMPLES, rapAlignement: false });
  for (const { id, buffer } of file.initializeSegmentation('per-track')) add(id, buffer);
  file.onSegment = (id, _user, bytes) => add(id, bytes);
  file.start();
  return {
    begin: () => due.splice(0),
    more({ at, bytes }) {
      file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes, at));
      return due.splice(0);
    },
  };
}

export async function feedMp4(source: MediaSource, arriving: Arriving): Promise<void> {
  // It keeps what it was given: without that it drops samples that reach over two parts.
  const file = createFile(true);
  let cut: Cutter | null = null;
  let ready = false;
  file.onReady = () => {
    ready = true;
  };
  const had: Piece[] = [];
  for await (const piece of parts(arriving)) {
    let due: readonly Part[] = [];
    if (cut !== null) due = cut.more(piece);
    else {
      // The library keeps the buffer that it is given.
      file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(piece.bytes.slice(0), piece.at));
      had.push(piece);
      if (!ready) continue;
      cut = file.getInfo().isFragmented ? asItIs(file, source) : inFragments(file, source);
      due = cut.begin(had.splice(0));
    }
    for (const { buffer, bytes } of due) await append(buffer, bytes);
  }
}
