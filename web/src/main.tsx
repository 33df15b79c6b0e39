import './styles/main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { refuseOtherDrops } from './app/drops.ts';
import { openEngine } from './app/engine.ts';
import { rememberSignIn } from './app/first-visit.ts';
import { takeInvitations } from './app/invitation.ts';
import { makeRoomForKeyboard } from './app/keyboard.ts';
import { rememberMuted } from './app/muted.ts';
import { browserPast } from './app/past.ts';
import { keptContrast, keptEngine, keptEraseOnDrop, keptTheme, keptWhoIsHere } from './app/preferences.ts';
import { applyContrast, applyTheme } from './app/theme.ts';
import { bearTranslators } from './app/translators.ts';
import { followUpdates } from './app/updates.ts';
import { createDuet } from './app/wire.ts';
import { wayBack } from './ui/way-back.ts';

// Before the first drawing, so that a chosen theme does not flash.
applyTheme(keptTheme());
applyContrast(keptContrast());
makeRoomForKeyboard();
bearTranslators();
refuseOtherDrops();

const root = document.getElementById('root');
if (root === null) throw new TypeError('index.html has no #root');

const duet = createDuet(await openEngine());
// For whoever looks at a state by hand, and for the pictures of all of them.
if (import.meta.env.DEV) Object.assign(globalThis, { duetMemory: duet.duet.memory });
takeInvitations(duet.duet.memory);
rememberMuted(duet.duet);
rememberSignIn(duet.duet);
followUpdates(duet.duet);
wayBack.attach(browserPast);
createRoot(root).render(
  <StrictMode>
    <App duet={duet.duet} />
  </StrictMode>,
);
duet.start(keptEngine(), { eraseOnDrop: keptEraseOnDrop(), whoIsHere: keptWhoIsHere() });
