import { nameParts, shownName } from './file-name.ts';

/**
 * The name of a file, as everybody sees it. Where there is no room for all of it, it is cut in the middle: what the file
 * claims to be stands at its end.
 */
export function FileName({ name }: { readonly name: string }) {
  const shown = shownName(name);
  const [start, end] = nameParts(shown);
  return (
    <bdi title={shown} translate="no" className="flex min-w-0 max-w-full" data-testid="file-name">
      {start !== '' && <span className="min-w-0 truncate whitespace-pre">{start}</span>}
      <span className="wrap-anywhere max-w-full shrink-0 whitespace-pre-wrap">{end}</span>
    </bdi>
  );
}
