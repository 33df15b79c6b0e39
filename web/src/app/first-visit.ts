/**
 * Whether somebody was signed in here when this page was last open. Only the server knows whether they still are; but where nobody was, the
 * sign-in is shown at once, and not only when engine, module and server have all answered.
 */
import type { Duet } from '../screens/duet.tsx';
import { keepPreference, readPreference } from './preferences.ts';

export const expectsSomebody = (): boolean => readPreference('signedIn') === 'yes';

export function rememberSignIn({ stores }: Pick<Duet, 'stores'>): void {
  stores.app.subscribe(({ account: { stage } }, { account: before }) => {
    if (stage === before.stage || stage === 'starting') return;
    keepPreference('signedIn', stage === 'signed-out' || stage === 'second-step' ? 'no' : 'yes');
  });
}
