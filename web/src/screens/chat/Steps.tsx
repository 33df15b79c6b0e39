import { Check } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { useCommand } from '../duet.tsx';

export interface StepsProps {
  readonly state: 'ringing-out' | 'establishing';
  readonly name: string;
}

/** The key agreement as a list that a person can follow, in the words of either side. */
export function Steps({ state, name }: StepsProps) {
  const { t } = useWords();
  const run = useCommand();
  const current = state === 'ringing-out' ? 0 : 1;
  const steps = [
    state === 'ringing-out' ? t.states['ringing-out'].hint(name) : t.steps.agree(name),
    t.steps.verify,
    t.steps.confirm,
  ];
  return (
    <div className="m-auto w-full max-w-md p-6">
      <h3 className="mb-4 font-semibold text-lg">{t.steps.title}</h3>
      <ol className="space-y-4">
        {steps.map((step, index) => {
          const stage = index < current ? 'done' : index === current ? 'current' : 'pending';
          return (
            <li
              key={step}
              className="flex items-start gap-3"
              aria-current={stage === 'current' ? 'step' : undefined}
            >
              <span
                className={classes(
                  'flex size-7 shrink-0 items-center justify-center rounded-full',
                  stage === 'done' && 'bg-accent text-on-accent',
                  stage === 'current' && 'bg-accent-soft text-accent',
                  stage === 'pending' && 'border border-line',
                )}
              >
                {stage === 'done' && <Check size={16} aria-hidden="true" />}
                {stage === 'current' && <Spinner />}
              </span>
              <span className={classes('pt-0.5', stage === 'pending' && 'text-muted')}>
                {step}
                <span className="sr-only">, {t.steps[stage]}</span>
              </span>
            </li>
          );
        })}
      </ol>
      <Button className="mt-6" onClick={() => run((client) => client.leaveChat())}>
        {t.chat.cancelCall}
      </Button>
    </div>
  );
}
