import { Copy, EyeOff, Pencil, Reply, SmilePlus, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import type { Text } from '../../i18n/index.tsx';
import type { Can } from './can.ts';
import type { ChatUi } from './chat-ui.ts';
import type { Acts } from './use-acts.ts';

export interface Action {
  readonly name: 'reply' | 'react' | 'copy' | 'edit' | 'take-back' | 'hide';
  readonly label: string;
  readonly icon: ReactNode;
  /** The key that does the same while the message has the focus. */
  readonly key: string | null;
  /** How long it is possible. */
  readonly note: string | null;
  readonly run: () => void;
}

const look = { size: 20, strokeWidth: 1.75, 'aria-hidden': true } as const;

/** What the menu and the sheet offer for a message, in one order. */
export function actionsFor(
  message: MessageView,
  can: Can,
  acts: Acts,
  t: Text,
  open: (opened: ChatUi['opened']) => void,
): readonly Action[] {
  const { id } = message;
  const words = t.chat.acts;
  const note = Number.isFinite(can.edit) ? words.minutesLeft(can.edit) : null;
  const all: readonly (Action & { readonly on: boolean })[] = [
    {
      ...{ name: 'reply', label: words.reply, icon: <Reply {...look} />, key: 'R', note: null },
      on: can.reply,
      run: () => acts.reply(id),
    },
    {
      ...{ name: 'react', label: words.addReaction, icon: <SmilePlus {...look} />, key: null, note: null },
      on: can.react,
      run: () => open({ what: 'emoji', id }),
    },
    {
      ...{ name: 'copy', label: words.copy, icon: <Copy {...look} />, key: 'C', note: null },
      on: can.copy,
      run: () => acts.copy(message),
    },
    {
      ...{ name: 'edit', label: words.edit, icon: <Pencil {...look} />, key: 'E', note },
      on: can.edit > 0,
      run: () => acts.edit(message),
    },
    {
      ...{ name: 'take-back', label: words.takeBack, icon: <Undo2 {...look} />, key: 'Del', note: null },
      on: can.takeBack,
      run: () => open({ what: 'take-back', id }),
    },
    {
      ...{ name: 'hide', label: words.hide, icon: <EyeOff {...look} />, note: null },
      key: can.takeBack ? null : 'Del',
      on: can.hide,
      run: () => open({ what: 'hide', id }),
    },
  ];
  return all.filter(({ on }) => on);
}
