/** The invitation in the address of the page. It has a key in it, so it does not stay there, nor in the history. */
import type { StoreApi } from 'zustand';
import type { Memory } from '../screens/memory.ts';

const MARK = '#invite=';
/** Outlives a reload of this tab, such as a password manager's. */
const KEPT = 'duet.invitation';

/** Takes it from the address, at once and whenever one is opened in this tab. */
export function takeInvitations(memory: StoreApi<Memory>): void {
  const take = () => {
    if (!location.hash.startsWith(MARK)) return;
    const invitation = location.hash.slice(MARK.length);
    history.replaceState(history.state, '', location.pathname + location.search);
    memory.setState({ invitation });
  };
  memory.setState({ invitation: kept() });
  memory.subscribe(({ invitation }) => keep(invitation));
  window.addEventListener('hashchange', take);
  take();
}

/** A page without storage forgets it at the next reload, and the link is still there. */
function keep(invitation: string | null): void {
  try {
    if (invitation === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, invitation);
  } catch {
    return;
  }
}

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
