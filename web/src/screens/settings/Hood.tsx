import { RotateCw } from 'lucide-react';
import type { EngineMode } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { useApp, useCommand } from '../duet.tsx';
import { reload } from '../reload.ts';
import { EngineTable } from './EngineTable.tsx';

const engines: readonly EngineMode[] = ['auto', 'native', 'wasm'];

export interface HoodProps {
  readonly engine: EngineMode;
  readonly onEngine: (engine: EngineMode) => void;
}

/** Which engine encrypts: for the curious and for those who test. */
export function Hood({ engine, onEngine }: HoodProps) {
  const { t } = useWords();
  const run = useCommand();
  const crypto = useApp((app) => app.crypto);
  const choose = (mode: EngineMode) => {
    onEngine(mode);
    void run((client) => client.setEngineMode({ mode }));
  };
  return (
    <div className="space-y-3">
      <Choice
        layout="list"
        legend={t.settings.engine}
        options={engines.map((value) => ({ value, ...t.settings.engines[value] }))}
        value={engine}
        onChange={choose}
        data-testid="settings-engine"
      />
      {crypto !== null && crypto.mode !== engine && (
        <Callout tone="plain" role="status">
          <p>{t.settings.engineNext}</p>
          <Button
            small={true}
            className="mt-2"
            icon={<RotateCw size={16} aria-hidden="true" />}
            onClick={reload}
          >
            {t.app.reload}
          </Button>
        </Callout>
      )}
      {crypto !== null && <EngineTable crypto={crypto} />}
    </div>
  );
}
