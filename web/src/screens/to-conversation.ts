/** The part of the page with the conversation, where one goes on reading when what had the focus is gone. */
export const CONVERSATION_ID = 'conversation';

/** Nothing happens where it is not shown, as on a phone with the people in front. */
export function toConversation(): void {
  document.getElementById(CONVERSATION_ID)?.focus({ preventScroll: true });
}
