import { useRef } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { messageById, messageKind } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { useConversation, useMessages } from '../duet.tsx';
import { lazily } from '../lazily.tsx';
import type { Person } from '../memory.ts';
import { ActionSheet } from './ActionSheet.tsx';
import { actionsFor } from './action-list.tsx';
import { canDo } from './can.ts';
import { type ChatUi, useChatUi, useUi } from './chat-ui.ts';
import { useActs } from './use-acts.ts';

export const ActionMenu = lazily(async () => (await import('./ActionMenu.tsx')).default);

/** Whatever is open for one message: the menu, the sheet, or the question before something is lost. */
export function OpenedActs({ peer }: { readonly peer: Person }) {
  const opened = useUi((ui) => ui.opened);
  const kind = useMessages(messageKind(opened?.id ?? ''));
  if (opened === null || opened.what === 'emoji' || kind === undefined) return null;
  return <OfMessage key={`${opened.id} ${kind}`} opened={opened} peer={peer} />;
}

function OfMessage(props: Omit<OpenedProps, 'message'>) {
  const message = useMessages(messageById(props.opened.id));
  return message === undefined ? null : <Opened message={message} {...props} />;
}

interface OpenedProps {
  readonly opened: Exclude<NonNullable<ChatUi['opened']>, { what: 'emoji' }>;
  readonly message: MessageView;
  readonly peer: Person;
}

function Opened({ opened, message, peer }: OpenedProps) {
  const { t } = useWords();
  const ui = useChatUi();
  const acts = useActs(peer.accountId);
  const conversation = useConversation();
  const { id } = message;
  const close = () => ui.setState((before) => (before.opened === opened ? { opened: null } : before));
  const open = (next: ChatUi['opened']) => ui.setState({ opened: next });
  const can = canDo(message, conversation, Date.now());
  const actions = actionsFor(message, can, acts, t, open);
  switch (opened.what) {
    case 'menu':
      return (
        <ActionMenu
          actions={actions}
          at={opened.at}
          row={() => rowOf(id)}
          onClose={close}
          // The menu is gone from the server: the sheet is here already, and offers the same.
          onGone={() => open({ what: 'sheet', id })}
        />
      );
    case 'sheet':
      return (
        <ActionSheet
          message={message}
          peerName={peer.name}
          actions={actions}
          onReact={(emoji) => acts.react(message, emoji)}
          onClose={close}
        />
      );
    case 'take-back':
      return (
        <Question
          words={t.chat.acts.confirm.takeBack}
          name={peer.name}
          onClose={close}
          id={id}
          onAct={() => acts.takeBack(id)}
        />
      );
    case 'hide':
      return (
        <Question
          words={t.chat.acts.confirm.hide}
          name={peer.name}
          onClose={close}
          id={id}
          removes={true}
          onAct={() => acts.hide(id)}
        />
      );
    default:
      return opened satisfies never;
  }
}

const rowOf = (id: string) => document.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);

const besideOf = (row: HTMLElement | null) =>
  (row?.previousElementSibling ?? row?.nextElementSibling ?? null) as HTMLElement | null;

interface QuestionProps {
  readonly words: { readonly title: string; readonly help: (name: string) => string; readonly act: string };
  readonly name: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
  readonly id: string;
  /** The message goes from the screen. */
  readonly removes?: boolean;
}

function Question({ words, name, onAct, onClose, id, removes = false }: QuestionProps) {
  const { t } = useWords();
  /** Of a message that goes: the one that stays there. */
  const beside = useRef<HTMLElement | null>(null);
  // One goes on where one was. Who was at a message that goes does so beside it, who was nowhere (a menu is gone) where
  // one writes.
  const successor = (opener: Element | null) => {
    const goes =
      beside.current !== null && opener?.closest('[data-message]')?.getAttribute('data-message') === id;
    if (goes) return beside.current;
    if (opener?.isConnected === true && opener !== document.body) return null;
    const field = document.querySelector<HTMLTextAreaElement>('textarea[data-testid="composer-input"]');
    return field?.disabled === false ? field : beside.current;
  };
  return (
    <Dialog
      role="alertdialog"
      title={words.title}
      closeLabel={t.chat.acts.close}
      onClose={onClose}
      successor={successor}
      data-testid="act-question"
      footer={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t.chat.acts.confirm.keep}</Button>
          <Button
            look="danger"
            data-testid="act-confirm"
            onClick={() => {
              if (removes) beside.current = besideOf(rowOf(id));
              onClose();
              onAct();
            }}
          >
            {words.act}
          </Button>
        </div>
      }
    >
      <p className="text-ink-2">{words.help(name)}</p>
    </Dialog>
  );
}
