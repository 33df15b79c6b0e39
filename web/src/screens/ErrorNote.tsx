import { CircleAlert } from 'lucide-react';
import type { UserError } from '../engine/contract.ts';
import { useWords } from '../i18n/index.tsx';
import { Callout } from '../ui/Callout.tsx';
import { noticeText } from './notice-text.ts';

/** An error beside the form that it belongs to. */
export function ErrorNote({ error }: { readonly error: UserError }) {
  const { title, help } = noticeText(useWords(), error);
  return (
    <Callout
      tone="danger"
      role="alert"
      icon={<CircleAlert size={18} aria-hidden="true" />}
      data-testid="notice"
      data-code={error.code}
    >
      <p className="font-semibold">{title}</p>
      <p>{help}</p>
    </Callout>
  );
}
