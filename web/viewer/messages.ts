/**
 * What the app and the viewer's frame say to each other, over a port that the app makes. What a message means is written down
 * here: a change of this file is another version of it (`version.ts`), and then neither speaks to the other.
 */

/** How a file is shown, as its bytes say. */
export type Shape = 'image' | 'pdf' | 'text' | 'audio' | 'video';

export interface Shown {
  readonly file: Blob;
  readonly shape: Shape;
  /** As the bytes say, for those elements of the browser that go by it. */
  readonly mediaType: string;
}

export interface ToShow extends Shown {
  /**
   * Only to look at: painted on a canvas, under this name and the time, with everything blocked that a page can block.
   * Null: shown plainly.
   */
  readonly watermark: string | null;
  /** Fills its frame, as a circle does. */
  readonly round: boolean;
  /** For the time in the watermark. */
  readonly locale: string;
  /** All of the file is here. Else it is the start of one that is still coming, and `more` brings the rest. */
  readonly whole: boolean;
  /** Playing time in seconds, as its sender says; 0: not said. */
  readonly duration: number;
}

/** App to frame. */
export type ToViewer =
  /** A still picture, at most `edge` pixels wide and high; answered once, under the same number. */
  | (Shown & { readonly type: 'still'; readonly id: number; readonly edge: number })
  | (ToShow & { readonly type: 'show' })
  /** Of what is shown and was not whole: `file` is all that is there now. */
  | { readonly type: 'more'; readonly file: Blob; readonly whole: boolean }
  /** 1: nearer; -1: farther; 0: as it fits. */
  | { readonly type: 'zoom'; readonly by: -1 | 0 | 1 }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** Seconds. */
  | { readonly type: 'seek'; readonly at: number }
  | { readonly type: 'rate'; readonly rate: number }
  /** What was needed; null: it is not to be had. */
  | { readonly type: 'site-file'; readonly id: number; readonly bytes: ArrayBuffer | null }
  /** Nothing of the file stays. */
  | { readonly type: 'clear' };

/** Frame to app. */
export type FromViewer =
  /** `picture` is null where there is none. `duration`: seconds; 0 where it has none. */
  | {
      readonly type: 'still';
      readonly id: number;
      readonly picture: ImageBitmap | null;
      readonly duration: number;
    }
  /** It is on the screen. `duration`: seconds; 0 where it has none. */
  | { readonly type: 'shown'; readonly duration: number }
  /** This browser cannot show it, or it is damaged. */
  | { readonly type: 'failed' }
  | { readonly type: 'playing'; readonly playing: boolean; readonly at: number; readonly duration: number }
  | { readonly type: 'ended' }
  /** A key that is the app's: Escape, or one that is blocked here. */
  | { readonly type: 'key'; readonly key: 'Escape' | 'blocked' | 'PrintScreen' }
  /** A file of the site, which the frame has no network for; answered once, under the same number. */
  | { readonly type: 'need'; readonly id: number; readonly path: string }
  /** The frame lost the focus: perhaps to another window. */
  | { readonly type: 'left' };
