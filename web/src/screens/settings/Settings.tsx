import {
  Bell,
  CircleUserRound,
  FileKey2,
  Hand,
  Languages,
  MessagesSquare,
  UsersRound,
  Wrench,
} from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import type { EngineMode } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Page } from '../../ui/Page.tsx';
import { ReturnFocus } from '../../ui/ReturnFocus.tsx';
import { MakeBackup } from '../backup/MakeBackup.tsx';
import { OpenedBackup } from '../backup/OpenedBackup.tsx';
import { LanguageSwitch } from '../LanguageSwitch.tsx';
import { SecondFactor } from '../second-factor/SecondFactor.tsx';
import { Forgotten } from '../sign-in/Forgotten.tsx';
import type { Notify } from '../signs/notify.ts';
import { useMyName } from '../voices.ts';
import { Account } from './Account.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { Conversations } from './Conversations.tsx';
import { DeleteAccount } from './DeleteAccount.tsx';
import { Hood } from './Hood.tsx';
import { KeySection } from './KeySection.tsx';
import { People } from './People.tsx';
import { Reach } from './Reach.tsx';
import { Signs } from './Signs.tsx';
import type { View } from './view.ts';
import { WhoIsHere } from './WhoIsHere.tsx';

export type Theme = 'system' | 'light' | 'dark';
/** `system`: as it asks for. */
export type Contrast = 'system' | 'more';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const contrasts: readonly Contrast[] = ['system', 'more'];

/** Choices that the page keeps on this device. */
export interface Preferences {
  readonly theme: Theme;
  readonly contrast: Contrast;
  readonly engine: EngineMode;
  /** A conversation is erased as soon as a line drops. */
  readonly eraseOnDrop: boolean;
  /** The relay is asked who of the people known here is here. */
  readonly whoIsHere: boolean;
  readonly notify: Notify;
  readonly sounds: boolean;
  readonly setTheme: (theme: Theme) => void;
  readonly setContrast: (contrast: Contrast) => void;
  readonly setEngine: (engine: EngineMode) => void;
  readonly setEraseOnDrop: (on: boolean) => void;
  readonly setWhoIsHere: (on: boolean) => void;
  readonly setNotify: (notify: Notify) => void;
  readonly setSounds: (on: boolean) => void;
}

export interface SettingsProps {
  readonly preferences: Preferences;
  readonly onClose: () => void;
}

/** A page beside the people: oneself first, the machinery last. What takes steps of its own is a page in its place. */
export function Settings(props: SettingsProps) {
  return (
    <ReturnFocus>
      <Views {...props} />
    </ReturnFocus>
  );
}

function Views({ preferences, onClose }: SettingsProps) {
  const [view, setView] = useState<View>('all');
  const name = useMyName();
  const toAll = () => setView('all');
  switch (view) {
    case 'make-backup':
      return <MakeBackup name={name} onClose={toAll} />;
    case 'open-backup':
      return <OpenedBackup name={name} onClose={toAll} />;
    case 'change-password':
      return <ChangePassword name={name} onClose={toAll} />;
    case 'second-factor':
      return <SecondFactor name={name} onClose={toAll} />;
    case 'delete-account':
      return <DeleteAccount name={name} onClose={toAll} />;
    case 'all':
      return <All preferences={preferences} name={name} onClose={onClose} onView={setView} />;
    default:
      return assertNever(view);
  }
}

interface AllProps extends SettingsProps {
  readonly name: string;
  readonly onView: (view: View) => void;
}

function All({ preferences, name, onClose, onView }: AllProps) {
  const { t } = useWords();
  const parts = [
    { part: 'account', title: t.settings.account, Icon: CircleUserRound },
    { part: 'reach', title: t.reach.title, Icon: Hand },
    { part: 'key', title: t.backup.section, Icon: FileKey2 },
    { part: 'people', title: t.people.title, Icon: UsersRound },
    { part: 'conversations', title: t.settings.conversations, Icon: MessagesSquare },
    { part: 'look', title: t.settings.look, Icon: Languages },
    { part: 'signs', title: t.signs.title, Icon: Bell },
    { part: 'hood', title: t.settings.hood, Icon: Wrench },
  ] as const;
  const body = useRef<HTMLDivElement>(null);
  const show = (part: string) => {
    const heading = body.current?.querySelector<HTMLElement>(`[data-part="${part}"]`);
    heading?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    heading?.focus({ preventScroll: true });
  };
  return (
    <Page
      title={t.settings.title}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-4 pb-8 sm:px-8"
      data-testid="settings"
    >
      <div ref={body} className="gap-8 wide:grid wide:grid-cols-[15rem_minmax(0,44rem)]">
        <nav
          aria-label={t.settings.title}
          className="-mx-4 flex gap-0.5 overflow-x-auto px-4 pb-4 [scrollbar-width:none] sm:-mx-8 sm:px-8 wide:sticky wide:top-0 wide:mx-0 wide:flex-col wide:self-start wide:px-0 wide:pt-2"
        >
          {parts.map(({ part, title, Icon }) => (
            <button
              key={part}
              type="button"
              onClick={() => show(part)}
              className="flex min-h-touch shrink-0 items-center gap-3 rounded-control px-3.5 text-left leading-tight hover:bg-press"
            >
              <Icon size={20} strokeWidth={1.75} className="shrink-0" aria-hidden="true" />
              {title}
            </button>
          ))}
        </nav>
        <div className="max-w-176 space-y-8">
          <Account name={name} onView={onView} />
          <Part part="reach" title={t.reach.title}>
            <Reach />
          </Part>
          <Part part="key" title={t.backup.section}>
            <KeySection onMake={() => onView('make-backup')} onOpen={() => onView('open-backup')} />
            <Forgotten />
          </Part>
          <Part part="people" title={t.people.title}>
            <WhoIsHere on={preferences.whoIsHere} onChange={preferences.setWhoIsHere} />
            <People />
          </Part>
          <Part part="conversations" title={t.settings.conversations}>
            <Conversations eraseOnDrop={preferences.eraseOnDrop} onEraseOnDrop={preferences.setEraseOnDrop} />
          </Part>
          <Part part="look" title={t.settings.look}>
            <LanguageSwitch />
            <Choice
              legend={t.settings.theme}
              options={themes.map((value) => ({ value, label: t.settings.themes[value] }))}
              value={preferences.theme}
              onChange={preferences.setTheme}
              data-testid="settings-theme"
            />
            <Choice
              legend={t.settings.contrast}
              options={contrasts.map((value) => ({ value, label: t.settings.contrasts[value] }))}
              value={preferences.contrast}
              onChange={preferences.setContrast}
              data-testid="settings-contrast"
            />
          </Part>
          <Part part="signs" title={t.signs.title}>
            <Signs
              notify={preferences.notify}
              sounds={preferences.sounds}
              onNotify={preferences.setNotify}
              onSounds={preferences.setSounds}
            />
          </Part>
          <Part part="hood" title={t.settings.hood}>
            <Hood engine={preferences.engine} onEngine={preferences.setEngine} />
          </Part>
        </div>
      </div>
    </Page>
  );
}

interface PartProps {
  readonly part: string;
  readonly title: string;
  readonly children: ReactNode;
}

function Part({ part, title, children }: PartProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="space-y-4">
      <h3
        id={titleId}
        data-part={part}
        tabIndex={-1}
        className="scroll-mt-4 font-semibold text-lg outline-none"
      >
        {title}
      </h3>
      {children}
    </section>
  );
}

function assertNever(view: never): never {
  throw new TypeError(`unknown view ${String(view)}`);
}
