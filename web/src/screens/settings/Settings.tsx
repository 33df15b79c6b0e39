import { LogOut, RotateCw } from 'lucide-react';
import type { EngineMode } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { accountName } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { useApp, useCommand } from '../duet.tsx';
import { LanguageSwitch } from '../LanguageSwitch.tsx';
import { BackupSection } from './BackupSection.tsx';
import { EngineTable } from './EngineTable.tsx';

export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const engines: readonly EngineMode[] = ['auto', 'native', 'wasm'];

/** Choices that the page keeps on this device. */
export interface Preferences {
  readonly theme: Theme;
  readonly engine: EngineMode;
  readonly setTheme: (theme: Theme) => void;
  readonly setEngine: (engine: EngineMode) => void;
}

export interface SettingsProps {
  readonly preferences: Preferences;
  readonly onClose: () => void;
}

export function Settings({ preferences, onClose }: SettingsProps) {
  const { t } = useWords();
  const run = useCommand();
  const account = useApp((app) => app.account);
  const crypto = useApp((app) => app.crypto);
  const realm = useApp((app) => app.realm);
  const { theme, engine, setTheme, setEngine } = preferences;

  const chooseEngine = (mode: EngineMode) => {
    setEngine(mode);
    void run((client) => client.setEngineMode({ mode }));
  };

  return (
    <Dialog title={t.settings.title} closeLabel={t.app.close} onClose={onClose} data-testid="settings-dialog">
      <div className="space-y-7">
        <LanguageSwitch hideLegend={false} data-testid="settings-language" />
        <Choice
          legend={t.settings.theme}
          options={themes.map((value) => ({ value, label: t.settings.themes[value] }))}
          value={theme}
          onChange={setTheme}
          data-testid="settings-theme"
        />
        <div className="space-y-3">
          <Choice
            layout="list"
            legend={t.settings.engine}
            options={engines.map((value) => ({ value, ...t.settings.engines[value] }))}
            value={engine}
            onChange={chooseEngine}
            data-testid="settings-engine"
          />
          {crypto !== null && crypto.mode !== engine && (
            <Callout tone="plain" role="status">
              <p>{t.settings.engineNext}</p>
              <Button
                className="mt-2"
                icon={<RotateCw size={17} aria-hidden="true" />}
                onClick={() => location.reload()}
              >
                {t.app.reload}
              </Button>
            </Callout>
          )}
          {crypto !== null && <EngineTable crypto={crypto} />}
        </div>
        <BackupSection name={accountName(account) ?? ''} />
        <section>
          <h3 className="mb-2 font-medium text-[0.9375rem]">{t.settings.account}</h3>
          <div className="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-surface px-4 py-3">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{accountName(account)}</p>
              {realm !== null && <p className="break-words text-muted text-sm">{t.signIn.realm(realm)}</p>}
              <p className="text-muted text-sm">{t.settings.logoutHint}</p>
            </div>
            <Button
              icon={<LogOut size={18} aria-hidden="true" />}
              onClick={() => run((client) => client.logout())}
              data-testid="logout"
            >
              {t.settings.logout}
            </Button>
          </div>
        </section>
      </div>
    </Dialog>
  );
}
