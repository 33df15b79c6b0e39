import type { ConversationView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { useVoices } from '../voices.ts';

type Activity = ConversationView['peerActivity'];

const words: Readonly<Record<Exclude<Activity, 'none'>, (t: Text, name: string) => string>> = {
  typing: (t, name) => t.chat.typing(name),
  voice: (t, name) => t.chat.recordingVoice(name),
  video: (t, name) => t.chat.recordingVideo(name),
};

/** Always as high as its text, so that nothing moves when it comes and goes. Not a live region: it would chatter. */
export function TypingLine({ activity, name }: { readonly activity: Activity; readonly name: string }) {
  const { t } = useWords();
  const { theirs } = useVoices(name);
  return (
    <p className="mx-auto flex h-7 w-full max-w-talk shrink-0 items-center gap-2.5 px-3 3xl:max-w-240 sm:px-5">
      {activity !== 'none' && (
        <>
          <span aria-hidden="true" className={`writing ${theirs}`}>
            <i />
            <i />
            <i />
          </span>
          <span className="marking truncate">{words[activity](t, name)}</span>
        </>
      )}
    </p>
  );
}
