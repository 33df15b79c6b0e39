import type { Theme } from '../screens/settings/Settings.tsx';

/** The paper of each theme, for the browser's own bars; main.css holds the same two values. */
const paper = { light: '#f6f5f1', dark: '#131416' } as const;

/** Puts the chosen theme on the page; `system` leaves it to the media query. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = paper[theme === 'system' ? (meta.media.includes('dark') ? 'dark' : 'light') : theme];
  }
}
