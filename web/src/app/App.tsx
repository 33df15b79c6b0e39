import { type ReactNode, useEffect, useState } from 'react';
import { chooseLanguage, LanguageProvider } from '../i18n/index.tsx';
import { type Duet, DuetProvider, useApp, useDuet, useMemory } from '../screens/duet.tsx';
import { InsecureBanner } from '../screens/InsecureBanner.tsx';
import { lazily } from '../screens/lazily.tsx';
import { forgetEverything } from '../screens/memory.ts';
import { Notices } from '../screens/Notices.tsx';
import { Starting } from '../screens/Starting.tsx';
import type { Preferences } from '../screens/settings/Settings.tsx';
import { EarlierPassword } from '../screens/sign-in/EarlierPassword.tsx';
import { KeyMissing } from '../screens/sign-in/KeyMissing.tsx';
import { SignIn } from '../screens/sign-in/SignIn.tsx';
import { Unlock } from '../screens/sign-in/Unlock.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { expectsSomebody } from './first-visit.ts';
import {
  keepPreference,
  keptContrast,
  keptEngine,
  keptEraseOnDrop,
  keptNotify,
  keptSounds,
  keptTheme,
  keptWhoIsHere,
  readPreference,
} from './preferences.ts';
import { applyContrast, applyTheme } from './theme.ts';

/**
 * Everything behind the sign-in, in one piece: it arrives while the engine starts, and nothing of it has to be
 * fetched later, when the connection may be gone.
 */
const loadShell = () => import('../screens/Shell.tsx');
/** Few people need it, and those who do have just asked the server something. */
const SecondStep = lazily(async () => (await import('../screens/second-factor/SecondStep.tsx')).SecondStep);
const Shell = lazily(async () => (await loadShell()).Shell);

/** The whole page. Which screen is shown follows from where the person stands with their account, and nothing else. */
export function App({ duet }: { readonly duet: Duet }) {
  return (
    <LanguageProvider
      initial={chooseLanguage(readPreference('language'), navigator.languages)}
      onChange={keepLanguage}
    >
      <ErrorBoundary>
        <DuetProvider duet={duet}>
          <div className="flex h-[var(--view-height,100dvh)] flex-col pt-[env(safe-area-inset-top)] pr-[env(safe-area-inset-right)] pl-[env(safe-area-inset-left)]">
            <InsecureBanner />
            <Screen />
          </div>
          <Notices />
        </DuetProvider>
      </ErrorBoundary>
    </LanguageProvider>
  );
}

const keepLanguage = (language: string) => keepPreference('language', language);

function usePreferences(): Preferences {
  const [theme, setTheme] = useState(keptTheme);
  const [engine, setEngine] = useState(keptEngine);
  const [contrast, setContrast] = useState(keptContrast);
  const [eraseOnDrop, setEraseOnDrop] = useState(keptEraseOnDrop);
  const [whoIsHere, setWhoIsHere] = useState(keptWhoIsHere);
  const [notify, setNotify] = useState(keptNotify);
  const [sounds, setSounds] = useState(keptSounds);
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => applyContrast(contrast), [contrast]);
  return {
    theme,
    contrast,
    engine,
    eraseOnDrop,
    whoIsHere,
    notify,
    sounds,
    setTheme: (next) => {
      setTheme(next);
      keepPreference('theme', next);
    },
    setContrast: (next) => {
      setContrast(next);
      keepPreference('contrast', next);
    },
    setEngine: (next) => {
      setEngine(next);
      keepPreference('engine', next);
    },
    setEraseOnDrop: (next) => {
      setEraseOnDrop(next);
      keepPreference('eraseOnDrop', next ? 'yes' : 'no');
    },
    setWhoIsHere: (next) => {
      setWhoIsHere(next);
      keepPreference('whoIsHere', next ? 'yes' : 'no');
    },
    setNotify: (next) => {
      setNotify(next);
      keepPreference('notify', next);
    },
    setSounds: (next) => {
      setSounds(next);
      keepPreference('sounds', next ? 'yes' : 'no');
    },
  };
}

function Screen() {
  const account = useApp((app) => app.account);
  const preferences = usePreferences();
  const { memory } = useDuet();
  const [expected] = useState(expectsSomebody);
  // Whoever was invited is shown by whom, and what is in the way of the start is shown instead of it.
  const atOnce = useMemory(({ invitation, startTrouble }) => invitation === null && startTrouble === null);

  useEffect(() => {
    // Ahead of its need. If it fails now, the same import is tried and told when it is drawn.
    loadShell().catch(() => undefined);
  }, []);

  useEffect(() => {
    if (account.stage === 'signed-out') forgetEverything(memory);
  }, [account.stage, memory]);

  switch (account.stage) {
    case 'starting':
      return (
        // In the same place as when the start is over, so that what is typed stays.
        <Page>{expected || !atOnce ? <Starting /> : <SignIn />}</Page>
      );
    case 'signed-out':
      return (
        <Page>
          <SignIn />
        </Page>
      );
    case 'second-step':
      return (
        <Page>
          <SecondStep ways={account.ways} waiting={<Starting />} />
        </Page>
      );
    case 'locked':
      return (
        <Page>
          <Unlock name={account.name} />
        </Page>
      );
    case 'key-missing':
      return (
        <Page>
          <KeyMissing name={account.name} />
        </Page>
      );
    case 'earlier-password':
      return (
        <Page>
          <EarlierPassword keyOpens={account.keyOpens} />
        </Page>
      );
    case 'ready':
      return (
        <Shell
          preferences={preferences}
          waiting={
            <Page>
              <Starting />
            </Page>
          }
        />
      );
    default:
      return assertNever(account);
  }
}

function Page({ children }: { readonly children: ReactNode }) {
  return <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>;
}

function assertNever(stage: never): never {
  throw new TypeError(`unknown stage ${JSON.stringify(stage)}`);
}
