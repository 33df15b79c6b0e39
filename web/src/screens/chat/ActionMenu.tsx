import { Menu, MenuItem, useMenuStore } from '@ariakit/react';
import { useEffect } from 'react';
import { useWords } from '../../i18n/index.tsx';
import type { Action } from './action-list.tsx';
import type { Place } from './chat-ui.ts';

export interface ActionMenuProps {
  readonly actions: readonly Action[];
  readonly at: Place;
  /** Gets the focus back. */
  readonly row: () => HTMLElement | null;
  readonly onClose: () => void;
}

/** What can be done with a message, at the pointer or at its button. */
export default function ActionMenu({ actions, at, row, onClose }: ActionMenuProps) {
  const { t } = useWords();
  const menu = useMenuStore({
    open: true,
    setOpen: (open) => {
      if (!open) onClose();
    },
    placement: 'bottom-start',
  });
  // It has no button of its own that would say so: whoever opened it is in it, at its first line.
  useEffect(() => {
    menu.setAutoFocusOnShow(true);
    menu.setInitialFocus('first');
  }, [menu]);
  return (
    <Menu
      store={menu}
      aria-label={t.chat.acts.menu}
      getAnchorRect={() => at}
      gutter={4}
      fixed={true}
      finalFocus={row()}
      data-testid="action-menu"
      className="z-30 flex max-h-(--popover-available-height) min-w-64 flex-col overflow-auto rounded-card border border-rule bg-sheet p-1.5 shadow-over outline-none loud:border-edge"
    >
      {actions.map(({ name, label, icon, key, note, run }) => (
        <MenuItem
          key={name}
          data-testid={`act-${name}`}
          onClick={run}
          className="flex min-h-touch cursor-default items-center gap-3 rounded-control px-3 outline-none data-active-item:bg-press"
        >
          <span className="text-ink-2">{icon}</span>
          <span className="flex-1">{label}</span>
          {note !== null && <span className="text-ink-2 text-sm">{note}</span>}
          {key !== null && <kbd className="text-ink-2 text-xs">{key}</kbd>}
        </MenuItem>
      ))}
    </Menu>
  );
}
