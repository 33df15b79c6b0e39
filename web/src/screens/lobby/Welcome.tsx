import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { Logo } from '../Logo.tsx';

/** The right pane while there is no conversation. */
export function Welcome({ className }: { readonly className?: string }) {
  const { t } = useWords();
  return (
    <div className={classes('items-center justify-center overflow-y-auto p-8', className)}>
      <div className="m-auto max-w-md">
        <Logo className="mb-6 size-16" />
        <h2 className="font-semibold text-2xl leading-snug tracking-tight">{t.lobby.welcomeTitle}</h2>
        <ol className="mt-6 space-y-5">
          {t.lobby.welcome.map((point, index) => (
            <li key={point.title} className="flex gap-4">
              <span
                aria-hidden="true"
                className="mt-0.5 flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent text-sm"
              >
                {index + 1}
              </span>
              <div>
                <p className="font-medium">{point.title}</p>
                <p className="text-muted">{point.body}</p>
              </div>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
