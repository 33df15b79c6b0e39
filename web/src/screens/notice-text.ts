import type { UserError } from '../engine/contract.ts';
import type { Words } from '../i18n/index.tsx';

export interface NoticeWords {
  readonly title: string;
  readonly help: string;
}

/** The words for an error: what happened, what to do, and when it makes sense to try again. */
export function noticeText({ t, format }: Words, error: UserError, maxFileBytes = 0): NoticeWords {
  const { title, help } = t.notices[error.code];
  const parts = [help];
  if (error.code === 'file-too-large' && maxFileBytes > 0) {
    parts.unshift(t.notice.fileLimit(format.bytes(maxFileBytes)));
  }
  if (error.retryAfterMs !== undefined && error.retryAfterMs > 0) {
    parts.push(t.app.wait(format.wait(error.retryAfterMs)));
  }
  return { title, help: parts.join(' ') };
}
