import type { ReactNode } from 'react';
import { classes } from '../../ui/classes.ts';

export interface VoiceCardProps {
  /** Class of a voice. */
  readonly voice: string;
  readonly title: string;
  /** What to do with it. */
  readonly task?: string;
  readonly children: ReactNode;
}

/** What belongs to one of the two, in their voice, with their stem. */
export function VoiceCard({ voice, title, task, children }: VoiceCardProps) {
  return (
    <section
      className={classes(
        'bubble stem overflow-hidden px-4 pt-3 pb-1 before:w-1! before:rounded-none! max-[24rem]:px-3',
        voice,
      )}
    >
      <h3 className="flex flex-wrap items-baseline gap-x-2">
        <b className="min-w-0 break-words font-semibold text-strong">{title}</b>
        {task !== undefined && <span className="text-ink-2 text-sm">{task}</span>}
      </h3>
      {children}
    </section>
  );
}
