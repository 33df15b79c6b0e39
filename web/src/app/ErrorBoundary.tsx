import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Card } from '../screens/Card.tsx';
import { reload } from '../screens/reload.ts';
import { Button } from '../ui/Button.tsx';

interface State {
  readonly broken: boolean;
}

/** A defect in drawing must not leave a blank page. What broke goes to the browser's console by React itself. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { broken: false };

  static getDerivedStateFromError(): State {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useWords();
  return (
    <Card title={t.app.crashed}>
      <p role="alert" className="text-ink-2">
        {t.app.crashedHelp}
      </p>
      <Button look="primary" className="w-full" onClick={reload}>
        {t.app.reload}
      </Button>
    </Card>
  );
}
