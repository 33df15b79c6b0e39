export interface ThreadProps {
  /** Classes of the two voices. */
  readonly left: string;
  readonly right: string;
  readonly line: 'whole' | 'apart' | 'over';
}

/** One line, half in each voice. It parts while the two are not connected, and loses its colour when they are done. */
export function Thread({ left, right, line }: ThreadProps) {
  return (
    <div aria-hidden="true" data-line={line} className="thread">
      <i className={left} />
      <i className={right} />
    </div>
  );
}
