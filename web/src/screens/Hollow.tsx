import type { ReactNode } from 'react';

export interface HollowProps {
  /** A disc or a pair. */
  readonly mark?: ReactNode;
  readonly title: string;
  /** Of the heading, by what stands above it. */
  readonly level: 2 | 3;
  readonly children?: ReactNode;
}

/** The middle of a pane that holds no messages: what happened, what it means, what to do. */
export function Hollow({ mark, title, level, children }: HollowProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="m-auto flex w-full max-w-120 flex-col items-center gap-4 px-4 py-6 text-center sm:px-6">
      {mark}
      <Heading className="title">{title}</Heading>
      {children}
    </div>
  );
}
