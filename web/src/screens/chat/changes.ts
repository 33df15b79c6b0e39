/** What the other person does to messages that are there: changes and reactions, each of them news once. */
import type { MessageView } from '../../engine/contract.ts';

export interface Change {
  readonly message: MessageView;
  /** Their reaction; null: they changed the text. */
  readonly emoji: string | null;
}

interface Known {
  readonly changedAt: number | null;
  readonly reactions: readonly string[];
}

const stateOf = ({ body, mine, reactions }: MessageView): Known => ({
  changedAt: !mine && body.kind === 'text' ? body.changedAt : null,
  reactions: reactions.filter(({ theirs }) => theirs).map(({ emoji }) => emoji),
});

export class Changes {
  private readonly known = new Map<string, Known>();

  /** Of messages that were not there before, nothing is news. */
  of(messages: Iterable<MessageView>): readonly Change[] {
    const news: Change[] = [];
    for (const message of messages) {
      const before = this.known.get(message.id);
      const now = stateOf(message);
      this.known.set(message.id, now);
      if (before === undefined) continue;
      if (now.changedAt !== null && now.changedAt !== before.changedAt) news.push({ message, emoji: null });
      for (const emoji of now.reactions) {
        if (!before.reactions.includes(emoji)) news.push({ message, emoji });
      }
    }
    return news;
  }

  forget(): void {
    this.known.clear();
  }
}
