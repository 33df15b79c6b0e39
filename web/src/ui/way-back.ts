/**
 * The browser's Back goes one step in the page, as Escape does: what was opened last is closed. Each thing that is open has an
 * entry in the history, made when it opened, so that two presses in a row close two things.
 */
import { useLayoutEffect, useRef } from 'react';

/** What Back may do something to; the last one is on top. */
interface Layer {
  readonly onBack: () => void;
  /** It lies below everything else, whenever it opened: its turn comes when nothing else is open. */
  readonly under?: boolean;
}

/** The part of `history` that is needed, with what tells of its changes. */
export interface Past {
  readonly state: unknown;
  push(depth: number): void;
  replace(depth: number): void;
  go(by: number): void;
  /** Told after Back, Forward and {@link go}. */
  listen(listener: () => void): void;
}

const depthOf = (state: unknown): number | null => {
  const depth = (state as { duetDepth?: unknown } | null)?.duetDepth;
  return typeof depth === 'number' ? depth : null;
};

export class WayBack {
  private readonly layers: Layer[] = [];
  private past: Past | null = null;
  /** How many entries of ours are behind the one that the browser is at. */
  private at = 0;
  /** On the way to another entry, by our own wish. */
  private going = false;
  private planned = false;
  private leaving = false;

  /** From now on what is open has entries in the history. Without this nothing does, as in tests of single screens. */
  attach(past: Past): void {
    this.past = past;
    this.at = depthOf(past.state) ?? 0;
    past.replace(this.at);
    past.listen(() => this.moved());
    this.plan();
  }

  /** Something opened. The result closes it, for whatever reason. */
  open(layer: Layer): () => void {
    if (layer.under) this.layers.unshift(layer);
    else this.layers.push(layer);
    this.plan();
    return () => {
      const index = this.layers.indexOf(layer);
      if (index >= 0) this.layers.splice(index, 1);
      this.plan();
    };
  }

  /** Goes to where one came from, as soon as nothing is open here. */
  leave(): void {
    this.leaving = true;
    this.plan();
  }

  /** After what goes on now: one thing that takes the place of another changes nothing. */
  private plan(): void {
    if (this.planned || this.past === null) return;
    this.planned = true;
    setTimeout(() => {
      this.planned = false;
      this.settle();
    });
  }

  private settle(): void {
    const { past } = this;
    if (past === null || this.going) return;
    while (this.at < this.layers.length) past.push(++this.at);
    if (this.at === this.layers.length) {
      if (this.leaving && this.at === 0) past.go(-1);
      this.leaving &&= this.at > 0;
      return;
    }
    // Closed by other ways: their entries are of no use.
    this.going = true;
    past.go(this.layers.length - this.at);
  }

  private moved(): void {
    const { past } = this;
    if (past === null) return;
    const depth = depthOf(past.state);
    // An address with another fragment: a new entry, and nothing was closed.
    if (depth === null) {
      past.replace(this.at);
      // If we were on our way elsewhere, that way is called off, and begun anew from here.
      this.going = false;
      this.plan();
      return;
    }
    const back = depth < this.at;
    this.at = depth;
    if (this.going) this.going = false;
    else if (back) {
      for (const layer of this.layers.slice(depth).reverse()) layer.onBack();
    }
    // Whoever asks before it closes is still there, and has its entry again.
    this.plan();
  }
}

/** The one of this page. */
export const wayBack = new WayBack();

/** Back calls `onBack` while this is on the screen and on top; `under`: while nothing else is open. */
export function useWayBack(onBack: (() => void) | undefined, { under = false } = {}): void {
  const latest = useRef(onBack);
  useLayoutEffect(() => {
    latest.current = onBack;
  });
  const can = onBack !== undefined;
  useLayoutEffect(
    () => (can ? wayBack.open({ onBack: () => latest.current?.(), under }) : undefined),
    [can, under],
  );
}
