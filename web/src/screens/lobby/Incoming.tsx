import { useRef } from 'react';
import type { IncomingView, RequestBody } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { Disc } from '../../ui/Disc.tsx';
import { goOnElsewhere, useReturnFocus } from '../../ui/use-return-focus.ts';
import { BlockPerson } from '../BlockPerson.tsx';
import { FileName } from '../chat/FileName.tsx';
import { useCommand, useIncoming } from '../duet.tsx';
import { TrustLabel } from '../TrustLabel.tsx';
import { useVoices } from '../voices.ts';

/** Who would like to talk. Lies over the page, steals no focus and never covers what is being written. */
export function Incoming({ onAnswer }: { readonly onAnswer: () => void }) {
  const { t } = useWords();
  const incoming = useIncoming();
  if (incoming.length === 0) return null;
  return (
    <section
      aria-label={t.incoming.region}
      // Its edges are wide enough for the shadows of what is in it.
      className="pointer-events-none absolute inset-x-0 top-14 z-10 flex max-h-[calc(100%-9rem)] flex-col gap-3 overflow-y-auto overscroll-contain px-2 pt-5 pb-20 md:left-auto md:w-103 md:px-5"
    >
      {incoming.map((call) => (
        <Call key={call.id} call={call} onAnswer={onAnswer} />
      ))}
    </section>
  );
}

function AnnouncedFile({ file }: { readonly file: Extract<RequestBody, { kind: 'file' }> }) {
  const { t, format } = useWords();
  return (
    <span data-testid="incoming-file">
      <span className="flex whitespace-pre">
        {t.transfer.file}: <FileName name={file.name} /> · {format.bytes(file.size)}
      </span>
      <span className="block text-ink-2 text-sm">{t.transfer.states.announced}</span>
    </span>
  );
}

interface CallProps {
  readonly call: IncomingView;
  readonly onAnswer: () => void;
}

function Call({ call, onAnswer }: CallProps) {
  const { t } = useWords();
  const run = useCommand();
  const { name } = call.peer;
  const { theirs } = useVoices(name);
  // Nobody is answered whose key is another one: pressing it shows both, and answers nothing.
  const changed = call.trust === 'changed';
  const card = useRef<HTMLDivElement>(null);
  useReturnFocus(card, { floats: true });

  const accept = () => {
    // Whoever answers goes to the conversation, and not back to where they were.
    goOnElsewhere();
    onAnswer();
    void run((client) => client.acceptIncoming({ id: call.id }));
  };

  return (
    <div
      ref={card}
      className={classes(
        'stem pointer-events-auto flex shrink-0 flex-col gap-3 overflow-hidden rounded-s-outer rounded-e-inner border border-rule bg-sheet p-4 pl-5 shadow-over motion-safe:animate-rise before:w-1! before:rounded-none! loud:border-edge',
        theirs,
      )}
    >
      <div role="alert" className="space-y-3">
        <div className="flex items-center gap-3">
          <Disc name={name} voice={theirs} presence="here" />
          <div className="min-w-0 flex-1">
            <p className="break-words font-semibold leading-5">{t.incoming.title(name)}</p>
            <TrustLabel trust={call.trust} name={name} data-testid="incoming-trust" />
          </div>
        </div>
        {call.request.length > 0 && (
          <div data-testid="incoming-request" className="space-y-2">
            <ul className="space-y-[3px]">
              {call.request.map(({ seq, body }) => (
                <li
                  key={seq}
                  dir="auto"
                  translate="no"
                  className="bubble w-fit max-w-full whitespace-pre-wrap px-4 py-2"
                >
                  {body.kind === 'text' ? body.text : <AnnouncedFile file={body} />}
                </li>
              ))}
            </ul>
            <p className="text-ink-2 text-xs">{t.incoming.request(name)}</p>
          </div>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          look={changed ? 'secondary' : 'primary'}
          className="flex-1"
          aria-label={changed ? t.incoming.lookName(name) : t.incoming.acceptName(name)}
          onClick={accept}
          data-testid="incoming-accept"
        >
          {changed ? t.incoming.look : t.incoming.accept}
        </Button>
        <Button
          className="flex-1"
          aria-label={t.incoming.declineName(name)}
          onClick={() => run((client) => client.declineIncoming({ id: call.id }))}
          data-testid="incoming-decline"
        >
          {t.incoming.decline}
        </Button>
        <BlockPerson person={call.peer} />
      </div>
    </div>
  );
}
