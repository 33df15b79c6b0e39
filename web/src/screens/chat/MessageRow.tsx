import { type MouseEvent, memo, type PointerEvent, useRef, useState } from 'react';
import { messageById, messageKind } from '../../state/index.ts';
import { useConversation, useMessages } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { canDo } from './can.ts';
import { useChatUi } from './chat-ui.ts';
import { MessageBubble } from './MessageBubble.tsx';
import { ActionMenu } from './OpenedActs.tsx';
import type { Place } from './place.ts';
import { useActs } from './use-acts.ts';

/** A finger that rests so long means it. */
const LONG_PRESS_MS = 450;
/** And moves no further than this, in CSS pixels. */
const STILL = 10;

export interface MessageRowProps {
  readonly id: string;
  readonly peer: Person;
  readonly place: Place;
}

/** The list draws itself for each message that comes: what stands as it stood is not drawn again. */
const isSame = (before: MessageRowProps, after: MessageRowProps): boolean =>
  before.id === after.id &&
  before.peer === after.peer &&
  before.place.day === after.place.day &&
  before.place.first === after.place.first &&
  before.place.receipt === after.place.receipt;

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const kind = useMessages(messageKind(props.id));
  return kind === undefined ? null : <Row key={kind} {...props} />;
}, isSame);

/** A message and the ways to act on it: hovering, a long press, the menu of the mouse. Keys are the list's. */
function Row({ id, peer, place }: MessageRowProps) {
  const ui = useChatUi();
  const acts = useActs(peer.accountId);
  const conversation = useConversation();
  const message = useMessages(messageById(id));
  const [near, setNear] = useState(false);
  const press = useRef<{
    readonly timer: ReturnType<typeof setTimeout>;
    readonly x: number;
    readonly y: number;
  }>(undefined);
  if (message === undefined) return null;
  const actable = message.body.kind !== 'note';

  const letGo = () => {
    if (press.current !== undefined) clearTimeout(press.current.timer);
    press.current = undefined;
  };
  const onPointerDown = ({ pointerType, clientX: x, clientY: y, target }: PointerEvent) => {
    letGo();
    if (pointerType !== 'touch' || !actable || !(target instanceof Element) || target.closest('a') !== null)
      return;
    const timer = setTimeout(() => ui.setState({ opened: { what: 'sheet', id } }), LONG_PRESS_MS);
    press.current = { timer, x, y };
  };
  const onPointerMove = ({ clientX, clientY }: PointerEvent) => {
    const from = press.current;
    if (from !== undefined && Math.hypot(clientX - from.x, clientY - from.y) > STILL) letGo();
  };
  const onContextMenu = (event: MouseEvent) => {
    const { target, clientX: x, clientY: y } = event;
    if (!actable || !(target instanceof Element) || target.closest('a') !== null) return;
    // What is selected has a menu of the browser's own.
    if (getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    // A long press of a finger, which has its sheet.
    if ((event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch') return;
    ui.setState({ opened: { what: 'menu', id, at: { x, y, width: 0, height: 0 } } });
  };

  return (
    // The list is what is operated, by its keys; this listens for the hand.
    // biome-ignore lint/a11y/noStaticElementInteractions: everything here can be done by the list's keys, too.
    <div
      onPointerEnter={({ pointerType }) => {
        if (pointerType !== 'mouse') return;
        ActionMenu.preload();
        setNear(true);
      }}
      onPointerLeave={() => {
        setNear(false);
        letGo();
      }}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onContextMenu={onContextMenu}
    >
      <MessageBubble
        message={message}
        peerName={peer.name}
        place={place}
        can={canDo(message, conversation, Date.now())}
        acts={acts}
        near={near && actable}
      />
    </div>
  );
}
