import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Callout } from '../ui/Callout.tsx';
import { reload } from './reload.ts';

export interface Lazily<P extends object> {
  (props: P & LazilyProps): React.ReactNode;
  /** Ahead of its need. If it fails now, it is tried again and told when it is drawn. */
  preload(): void;
}

export interface LazilyProps {
  /** Told, instead of the words with the offer to reload, when the part cannot be had. */
  readonly onGone?: () => void;
  /** Shown until it is there. */
  readonly waiting?: ReactNode;
}

/**
 * A part of the page that comes when it is needed. A page that is older than its server does not find its parts any
 * more: then that is said, with what reloading costs, and nothing else of the page breaks.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): Lazily<P> {
  let loaded: ComponentType<P> | null = null;
  const get = async () => {
    loaded ??= await load();
    return loaded;
  };
  function Part({ onGone, waiting = null, ...props }: P & LazilyProps) {
    const [Shown, setShown] = useState<ComponentType<P> | null>(() => loaded);
    const [gone, setGone] = useState(false);
    const [tries, setTries] = useState(0);
    // biome-ignore lint/correctness/useExhaustiveDependencies: each try is one run of it.
    useEffect(() => {
      let there = true;
      get().then(
        (part) => there && setShown(() => part),
        () => there && (onGone === undefined ? setGone(true) : onGone()),
      );
      return () => {
        there = false;
      };
    }, [tries]);
    if (Shown !== null) return <Shown {...(props as unknown as P)} />;
    if (!gone) return waiting;
    const again = () => {
      setGone(false);
      setTries(tries + 1);
    };
    return <PartGone onAgain={again} />;
  }
  Part.preload = () => void get().catch(() => undefined);
  return Part;
}

/** A page that is older than its server does not find this part of it any more. */
export function PartGone({ onAgain }: { readonly onAgain?: () => void }) {
  const { t } = useWords();
  return (
    <Callout tone="warning" role="status" data-testid="part-gone">
      <p>{t.app.partGone}</p>
      <p className="flex flex-wrap gap-2 pt-2">
        {onAgain !== undefined && <Button onClick={onAgain}>{t.app.tryAgain}</Button>}
        <Button onClick={reload}>{t.app.reload}</Button>
      </p>
    </Callout>
  );
}
