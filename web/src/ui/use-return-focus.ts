import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useWayBack } from './way-back.ts';

/** One goes on elsewhere, and what closes on the way there gives the focus to nobody. */
let goesOn = false;

/**
 * Whoever pressed something to be led elsewhere is there as soon as that has come. Until something has the focus again,
 * nothing that closes gives it back.
 */
export function goOnElsewhere(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  goesOn = true;
  document.addEventListener('focusin', () => (goesOn = false), { once: true, capture: true });
}

const nobodyHasIt = () => document.activeElement === null || document.activeElement === document.body;

/** Who had the focus when this was opened, and will have it again. */
function useOpener(): { readonly current: Element | null } {
  // Before what was opened takes it; if that one went in the same moment (a menu), who has it in its place.
  const [opener] = useState(() => ({ current: document.activeElement }));
  useLayoutEffect(() => {
    if (opener.current?.isConnected !== true) opener.current = document.activeElement;
  }, [opener]);
  return opener;
}

/** Who is to have the focus, given who had it; null: whoever had it. */
export type Successor = (opener: Element | null) => HTMLElement | null;

function giveBack(opener: Element | null, successor?: Successor): void {
  const back = () => {
    const next = successor?.(opener) ?? opener;
    if (!goesOn && next instanceof HTMLElement && next.isConnected) next.focus({ preventScroll: true });
  };
  back();
  // What is to have it may not be shown before all of the picture has changed. Nothing is taken from who has it by then.
  queueMicrotask(() => {
    if (nobodyHasIt()) back();
  });
}

/**
 * Gives the focus back, when this closes, to what had it when this opened. What is opened takes it by itself. Nothing is
 * taken from who went on elsewhere meanwhile.
 *
 * @param place What was opened.
 * @param floats It takes no focus when it opens: then it has none to give back unless one went into it.
 */
export function useReturnFocus(place: RefObject<Element | null>, { floats = false } = {}): void {
  const opener = useOpener();
  useLayoutEffect(() => {
    const element = place.current;
    return () => {
      if (element?.contains(document.activeElement) === true || (!floats && nobodyHasIt()))
        giveBack(opener.current);
    };
  }, [opener, place, floats]);
}

/**
 * The browser's own modal dialog, open as long as it is mounted: it traps the focus, Back closes it, and the focus goes
 * back to what had it, or to its successor.
 */
export function useModal(
  dialog: RefObject<HTMLDialogElement | null>,
  onClose: () => void,
  successor?: Successor,
): void {
  const opener = useOpener();
  useWayBack(onClose);
  const latest = useRef(successor);
  useLayoutEffect(() => {
    latest.current = successor;
  });
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => {
      // Open, it would keep the focus from everything behind it.
      element?.close();
      giveBack(opener.current, latest.current);
    };
  }, [dialog, opener]);
}
