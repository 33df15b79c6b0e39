import { useEffect, useState } from 'react';
import type { IncomingView, RequestBody } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { shownName } from '../chat/file-name.ts';
import { useCommand, useConversation, useIncoming } from '../duet.tsx';
import { TrustLabel } from '../TrustLabel.tsx';
import { SwitchDialog } from './SwitchDialog.tsx';
import { isLive } from './use-call.ts';

/** Who wants to talk, above everything else on every layout, with how far their key is trusted. */
export function Incoming() {
  const { t } = useWords();
  const incoming = useIncoming();

  useEffect(() => {
    document.title = incoming.length > 0 ? `(${incoming.length}) ${t.app.name}` : t.app.name;
  }, [incoming.length, t]);

  if (incoming.length === 0) return null;
  return (
    <section
      aria-label={t.incoming.region}
      className="divide-y divide-line border-line border-b bg-accent-soft"
    >
      {incoming.map((call) => (
        <Call key={call.id} call={call} />
      ))}
    </section>
  );
}

function AnnouncedFile({ file }: { readonly file: Extract<RequestBody, { kind: 'file' }> }) {
  const { t, format } = useWords();
  return (
    <span data-testid="incoming-file">
      {t.transfer.file}: <bdi>{shownName(file.name)}</bdi> · {format.bytes(file.size)}
      <span className="block text-muted text-sm">{t.transfer.states.announced}</span>
    </span>
  );
}

function Call({ call }: { readonly call: IncomingView }) {
  const { t } = useWords();
  const run = useCommand();
  const conversation = useConversation();
  const [asking, setAsking] = useState(false);
  const { name } = call.peer;

  const accept = async () => {
    if (conversation !== null && !(await run((client) => client.leaveChat()))) return;
    await run((client) => client.acceptIncoming({ id: call.id }));
  };

  return (
    <div className="mx-auto flex max-w-3xl flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Avatar name={name} />
      <div role="alert" className="min-w-40 flex-1">
        <p className="break-words font-medium leading-tight">{t.incoming.title(name)}</p>
        <TrustLabel trust={call.trust} data-testid="incoming-trust" />
        {call.request.length > 0 && (
          <div data-testid="incoming-request" className="mt-1.5 max-h-40 overflow-y-auto">
            <p className="text-muted text-sm">{t.incoming.request(name)}</p>
            <ul className="mt-1 space-y-1">
              {call.request.map(({ seq, body }) => (
                <li
                  key={seq}
                  dir="auto"
                  className="whitespace-pre-wrap break-words rounded-xl bg-surface px-3 py-1.5 [overflow-wrap:anywhere]"
                >
                  {body.kind === 'text' ? body.text : <AnnouncedFile file={body} />}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      <div className="flex flex-1 gap-2 sm:flex-none">
        <Button
          className="flex-1"
          aria-label={t.incoming.declineName(name)}
          onClick={() => run((client) => client.declineIncoming({ id: call.id }))}
          data-testid="incoming-decline"
        >
          {t.incoming.decline}
        </Button>
        <Button
          look="primary"
          className="flex-1"
          aria-label={t.incoming.acceptName(name)}
          onClick={() => (isLive(conversation?.state) ? setAsking(true) : void accept())}
          data-testid="incoming-accept"
        >
          {t.incoming.accept}
        </Button>
      </div>
      {asking && conversation !== null && (
        <SwitchDialog
          leaving={conversation.peer.name}
          onStay={() => setAsking(false)}
          onSwitch={() => {
            setAsking(false);
            void accept();
          }}
        />
      )}
    </div>
  );
}
