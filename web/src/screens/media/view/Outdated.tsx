import { useWords } from '../../../i18n/index.tsx';
import { Button } from '../../../ui/Button.tsx';
import { reload } from '../../reload.ts';
import { useMediaWords } from '../words/index.ts';

/** In the place of what is drawn in the viewer's frame, on a page that is older than that. */
export function Outdated() {
  const { t } = useWords();
  const { viewer } = useMediaWords();
  return (
    <div role="status" className="space-y-2 text-sm" data-testid="viewer-outdated">
      <p>{viewer.outdated}</p>
      <Button small={true} onClick={reload}>
        {t.app.reload}
      </Button>
    </div>
  );
}
