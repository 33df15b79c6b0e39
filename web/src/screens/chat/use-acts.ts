import type { MessageView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { setWriting, type Writing } from '../memory.ts';
import { useChatUi } from './chat-ui.ts';
import { copyText } from './copy.ts';

/** Those that are one touch away. */
export const COMMON: readonly string[] = ['❤️', '😂', '👍', '😮', '😢', '🙏'];

export interface Acts {
  reply(id: string): void;
  /** Its text goes into the field, and comes back changed. */
  edit(message: MessageView): void;
  copy(message: MessageView): void;
  /** Sets one's reaction, or takes it away where it is set. */
  react(message: MessageView, emoji: string): void;
  takeBack(id: string): void;
  hide(id: string): void;
  jump(id: string): void;
}

/** What one does to messages of the conversation with this account. */
export function useActs(accountId: string): Acts {
  const { t } = useWords();
  const { memory } = useDuet();
  const run = useCommand();
  const ui = useChatUi();
  const write = (next: Writing) => {
    setWriting(memory, accountId, next);
    ui.setState({ chosen: {} });
  };
  return {
    reply: (id) => write({ what: 'reply', id }),
    edit: ({ id, body }) => {
      if (body.kind !== 'text') return;
      const now = memory.getState().writing.get(accountId);
      // What was changed of it already stays.
      const same = now?.what === 'edit' && now.id === id;
      write(same ? now : { what: 'edit', id, text: body.text });
    },
    copy: ({ body }) => {
      if (body.kind !== 'text') return;
      void copyText(body.text).then((copied) =>
        ui.setState({ remark: copied ? t.chat.acts.copied : t.chat.acts.copyFailed }),
      );
    },
    react: ({ id, reactions }, emoji) => {
      const set = !reactions.some((one) => one.emoji === emoji && one.mine);
      void run((client) => client.react({ accountId, id, emoji, set }));
    },
    takeBack: (id) => {
      // There is nothing to be changed any more.
      if (memory.getState().writing.get(accountId)?.id === id) setWriting(memory, accountId, null);
      void run((client) => client.takeBack({ accountId, id }));
    },
    hide: (id) => void run((client) => client.hideMessage({ accountId, id })),
    jump: (id) => ui.setState({ target: { id } }),
  };
}
