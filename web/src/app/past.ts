import type { Past } from '../ui/way-back.ts';

/** The history of this tab. */
export const browserPast: Past = {
  get state(): unknown {
    return history.state;
  },
  push: (duetDepth) => history.pushState({ duetDepth }, ''),
  replace: (duetDepth) => history.replaceState({ duetDepth }, ''),
  go: (by) => history.go(by),
  listen: (listener) => window.addEventListener('popstate', listener),
};
