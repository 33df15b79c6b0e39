import type { ConversationView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';

type Activity = ConversationView['peerActivity'];

const words: Readonly<Record<Exclude<Activity, 'none'>, (t: Text, name: string) => string>> = {
  typing: (t, name) => t.chat.typing(name),
  voice: (t, name) => t.chat.recordingVoice(name),
  video: (t, name) => t.chat.recordingVideo(name),
};

/** Always as high as its text, so that nothing moves when it comes and goes. Not a live region: it would chatter. */
export function TypingLine({ activity, name }: { readonly activity: Activity; readonly name: string }) {
  const { t } = useWords();
  return (
    <p className="flex h-6 shrink-0 items-center gap-2 px-5 text-muted text-sm sm:px-7">
      {activity !== 'none' && (
        <>
          <span aria-hidden="true" className="flex gap-1">
            <span className="size-1.5 rounded-full bg-accent motion-safe:animate-breathe" />
            <span className="size-1.5 rounded-full bg-accent motion-safe:animate-breathe [animation-delay:200ms]" />
            <span className="size-1.5 rounded-full bg-accent motion-safe:animate-breathe [animation-delay:400ms]" />
          </span>
          <span className="truncate">{words[activity](t, name)}</span>
        </>
      )}
    </p>
  );
}
