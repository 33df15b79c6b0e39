import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isBlank } from '../../engine/blank.ts';
import { useDuet } from '../duet.tsx';
import { keepDraft, type Memory, setWriting } from '../memory.ts';
import { charactersLeft } from './length.ts';

/** What the buttons beside the field need to know of its text. */
export interface Shape {
  readonly blank: boolean;
  readonly left: number;
}

export interface Field {
  readonly ref: RefObject<HTMLTextAreaElement | null>;
  readonly shape: Shape;
  /** What stands in it now. */
  readonly text: () => string;
  readonly onInput: () => void;
  /** Puts it where the cursor is. */
  readonly insert: (text: string) => void;
}

/** Browsers that let a field grow by themselves do it in one layout. */
const grows = () => CSS.supports('field-sizing', 'content');

/**
 * A text of so many characters has the field's full height; to measure it would cost a layout for each key. So would
 * `dir="auto"`, by which a browser lays out all of it anew: its direction is looked up here.
 */
const FULL = 2_000;

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** By its first letter, as `auto` does it. */
function directionOf(text: string): 'auto' | 'ltr' | 'rtl' {
  if (text.length <= FULL) return 'auto';
  return RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? '') ? 'rtl' : 'ltr';
}

const shapeOf = (text: string): Shape => ({ blank: isBlank(text), left: charactersLeft(text) });

/** The text that the field is about: that of the message that is changed, or the draft. */
function textOf({ drafts, writing }: Memory, accountId: string): string {
  const now = writing.get(accountId);
  return now?.what === 'edit' ? now.text : (drafts.get(accountId) ?? '');
}

/**
 * The field keeps its text itself: React would write a long one into the page anew for each key. What is typed goes to
 * this tab's memory, and what changes there by other ways (sent, taken up again) comes into the field.
 */
export function useField(accountId: string): Field {
  const { memory } = useDuet();
  const ref = useRef<HTMLTextAreaElement>(null);
  const known = useRef('');
  const [shape, setShape] = useState<Shape>(() => shapeOf(textOf(memory.getState(), accountId)));

  const show = (text: string) => {
    known.current = text;
    setShape((before) => {
      const after = shapeOf(text);
      return after.blank === before.blank && after.left === before.left ? before : after;
    });
    const element = ref.current;
    if (element === null) return;
    const direction = directionOf(text);
    if (element.dir !== direction) element.dir = direction;
    if (!grows()) fitHeight(element, text);
  };
  const onInput = () => {
    const text = ref.current?.value ?? '';
    show(text);
    const now = memory.getState().writing.get(accountId);
    if (now?.what === 'edit') setWriting(memory, accountId, { ...now, text });
    else keepDraft(memory, accountId, text);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `show` needs nothing that changes.
  useLayoutEffect(() => {
    const take = () => {
      const text = textOf(memory.getState(), accountId);
      const element = ref.current;
      if (element === null || text === known.current) return;
      element.value = text;
      element.setSelectionRange(text.length, text.length);
      show(text);
    };
    known.current = ref.current?.value ?? '';
    take();
    return memory.subscribe(take);
  }, [memory, accountId]);

  // As high as the words that stand in an empty field.
  useEffect(() => {
    const element = ref.current;
    if (element !== null && !grows()) fitHeight(element, element.value);
  });

  return {
    ref,
    shape,
    text: () => ref.current?.value ?? '',
    onInput,
    insert: (text) => {
      const element = ref.current;
      if (element === null) return;
      element.setRangeText(text, element.selectionStart, element.selectionEnd, 'end');
      onInput();
    },
  };
}

function fitHeight(element: HTMLTextAreaElement, text: string): void {
  element.style.height = 'auto';
  if (text.length <= FULL) element.style.height = `${element.scrollHeight}px`;
  else element.style.height = '100vh';
}
