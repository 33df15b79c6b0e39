import './styles/main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { openEngine } from './app/engine.ts';
import { takeInvitations } from './app/invitation.ts';
import { makeRoomForKeyboard } from './app/keyboard.ts';
import { keptContrast, keptEngine, keptEraseOnDrop, keptTheme } from './app/preferences.ts';
import { applyContrast, applyTheme } from './app/theme.ts';
import { createDuet } from './app/wire.ts';

// Before the first drawing, so that a chosen theme does not flash.
applyTheme(keptTheme());
applyContrast(keptContrast());
makeRoomForKeyboard();

const root = document.getElementById('root');
if (root === null) throw new TypeError('index.html has no #root');

const duet = createDuet(await openEngine());
takeInvitations(duet.duet.memory);
createRoot(root).render(
  <StrictMode>
    <App duet={duet.duet} />
  </StrictMode>,
);
duet.start(keptEngine(), keptEraseOnDrop());
