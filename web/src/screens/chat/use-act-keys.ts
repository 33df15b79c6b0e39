import type { KeyboardEvent } from 'react';
import { useConversation, useDuet } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { canDo } from './can.ts';
import { useChatUi } from './chat-ui.ts';
import { useActs } from './use-acts.ts';

/**
 * The keys of the message that has the focus: Enter opens what can be done; R replies, E edits, C (or Ctrl+C) copies,
 * Delete takes back. Letters by their place on the keyboard, whatever the layout. The result: whether the key was one.
 */
export function useActKeys(peer: Person): (event: KeyboardEvent, id: string | undefined) => boolean {
  const ui = useChatUi();
  const { stores } = useDuet();
  const conversation = useConversation();
  const acts = useActs(peer.accountId);
  return (event, id) => {
    const message = id === undefined ? undefined : stores.messages.getState().byId.get(id);
    if (id === undefined || message === undefined || message.body.kind === 'note') return false;
    const { code, key, target, altKey, ctrlKey, metaKey } = event;
    const can = canDo(message, conversation, Date.now());
    const done = (act: () => void) => {
      event.preventDefault();
      act();
      return true;
    };
    const isCopy =
      code === 'KeyC' && !altKey && (!(ctrlKey || metaKey) || getSelection()?.isCollapsed !== false);
    if (isCopy && can.copy) return done(() => acts.copy(message));
    if (altKey || ctrlKey || metaKey) return false;
    if (code === 'KeyR' && can.reply) return done(() => acts.reply(id));
    if (code === 'KeyE' && can.edit > 0) return done(() => acts.edit(message));
    if (key === 'Delete' && can.takeBack)
      return done(() => ui.setState({ opened: { what: 'take-back', id } }));
    if (key === 'Delete' && can.hide) return done(() => ui.setState({ opened: { what: 'hide', id } }));
    if (key !== 'Enter' || !(target instanceof Element)) return false;
    const bubble = target.querySelector('[data-testid=message] .bubble, [data-testid=message] p') ?? target;
    const { x, y, width, height } = bubble.getBoundingClientRect();
    return done(() => ui.setState({ opened: { what: 'menu', id, at: { x, y, width, height } } }));
  };
}
