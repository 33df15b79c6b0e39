import { ArrowLeft, X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { classes } from './classes.ts';
import { IconButton } from './IconButton.tsx';
import { useEscape } from './use-escape.ts';
import { useWayBack } from './way-back.ts';

export interface PageProps {
  readonly title: string;
  /** One step back; Escape and the browser's Back do the same. */
  readonly back?: { readonly label: string; readonly onBack: () => void } | undefined;
  /** It stands in the place of another page, and Back leads there: one step more than that one's. */
  readonly deep?: boolean;
  readonly close?: { readonly label: string; readonly onClose: () => void } | undefined;
  /** Stays in view at the bottom. */
  readonly footer?: ReactNode;
  readonly className?: string;
  readonly bodyClassName?: string;
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}

/** A part of the window with a title of its own: takes the focus when it opens. Never a dialog. */
export function Page({
  title,
  back,
  deep = false,
  close,
  footer,
  className,
  bodyClassName,
  children,
  ...rest
}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const onBack = back?.onBack ?? close?.onClose;
  useEscape(() => onBack?.());
  useWayBack(onBack);
  useWayBack(deep ? onBack : undefined);
  return (
    <section
      aria-labelledby={titleId}
      data-testid={rest['data-testid']}
      className={classes('flex min-h-0 min-w-0 flex-1 flex-col', className)}
    >
      <header className="flex min-h-16 shrink-0 items-center gap-1 py-2 pr-2 pl-2">
        {back !== undefined && (
          <IconButton label={back.label} onClick={back.onBack}>
            <ArrowLeft size={20} aria-hidden="true" />
          </IconButton>
        )}
        <h2
          ref={heading}
          id={titleId}
          tabIndex={-1}
          className={classes(
            'min-w-0 flex-1 break-words font-semibold text-lg outline-none',
            back === undefined && 'pl-3',
          )}
        >
          {title}
        </h2>
        {close !== undefined && (
          <IconButton label={close.label} onClick={close.onClose}>
            <X size={20} aria-hidden="true" />
          </IconButton>
        )}
      </header>
      {/* Focusable, so that the keyboard can scroll it. */}
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard.
        tabIndex={0}
        className={classes(
          'min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2',
          bodyClassName ?? 'px-5 pb-6',
        )}
      >
        {children}
      </div>
      {footer !== undefined && (
        <footer className="shrink-0 border-rule border-t px-5 pt-3 pb-[max(1rem,env(safe-area-inset-bottom))]">
          {footer}
        </footer>
      )}
    </section>
  );
}
