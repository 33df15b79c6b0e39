import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { askPermission, type Notify, permission } from '../signs/notify.ts';

export interface SignsProps {
  readonly notify: Notify;
  readonly sounds: boolean;
  readonly onNotify: (notify: Notify) => void;
  readonly onSounds: (on: boolean) => void;
}

/** What is seen and heard while one looks elsewhere. */
export function Signs({ notify, sounds, onNotify, onSounds }: SignsProps) {
  const { t } = useWords();
  const [allowed, setAllowed] = useState(permission);
  const choose = async (on: boolean) => {
    if (!on) return onNotify('no');
    const answer = await askPermission();
    setAllowed(answer);
    onNotify(answer === 'granted' ? 'yes' : 'no');
  };
  const hint = { missing: t.signs.missing, denied: t.signs.denied } as const;
  return (
    <div className="space-y-4">
      <CheckBox
        checked={notify === 'yes' && allowed === 'granted'}
        onChange={(on) => void choose(on)}
        hint={allowed === 'missing' || allowed === 'denied' ? hint[allowed] : t.signs.notifyHint}
        disabled={allowed === 'missing' || allowed === 'denied'}
        data-testid="settings-notify"
      >
        {t.signs.notify}
      </CheckBox>
      <CheckBox checked={sounds} onChange={onSounds} hint={t.signs.soundsHint} data-testid="settings-sounds">
        {t.signs.sounds}
      </CheckBox>
    </div>
  );
}
