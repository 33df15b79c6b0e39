import type { Contrast, Theme } from '../screens/settings/Settings.tsx';

/** The paper of each theme, for the browser's own bars; tokens.css holds the same two values. */
const paper = { light: '#fbfaf8', dark: '#171614' } as const;

/** Puts the chosen theme on the page; `system` leaves it to the media query. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = paper[theme === 'system' ? (meta.media.includes('dark') ? 'dark' : 'light') : theme];
  }
}

/** High contrast, also where the system does not ask for it. */
export function applyContrast(contrast: Contrast): void {
  if (contrast === 'system') delete document.documentElement.dataset['contrast'];
  else document.documentElement.dataset['contrast'] = contrast;
}
