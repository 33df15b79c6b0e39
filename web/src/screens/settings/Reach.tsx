import { Ban, UserCheck } from 'lucide-react';
import { type FormEvent, useEffect, useId, useState } from 'react';
import type { EngineClient, ReachPolicy, ReachView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useCommand } from '../duet.tsx';
import { nameProblem, tidyName } from '../sign-in/name.ts';
import { Row, Rows } from './Row.tsx';

const policies: readonly ReachPolicy[] = ['anyone', 'known', 'allowed'];

/** I4: who may call, who may in any case, and who may not. */
export function Reach() {
  const { t } = useWords();
  const run = useCommand();
  const [reach, setReach] = useState<ReachView | null>(null);
  const change = (work: (client: EngineClient) => Promise<ReachView>) =>
    run(async (client) => setReach(await work(client)));

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when it is opened.
  useEffect(() => {
    void change((client) => client.reach());
  }, []);

  if (reach === null) {
    return (
      <p role="status" className="marking text-sm">
        {t.verify.loading}
      </p>
    );
  }
  return (
    <div className="space-y-5" data-testid="reach">
      <Choice
        layout="list"
        legend={t.reach.title}
        hideLegend={true}
        options={policies.map((value) => ({ value, ...t.reach.policies[value] }))}
        value={reach.policy}
        onChange={(policy) => void change((client) => client.setReach({ policy }))}
        data-testid="reach-policy"
      />
      <p className="text-ink-2 text-sm">{t.reach.others}</p>
      {reach.policy !== 'anyone' && <List kind="allowed" people={reach.allowed} onChange={change} />}
      <List kind="blocked" people={reach.blocked} onChange={change} />
    </div>
  );
}

interface ListProps {
  readonly kind: 'allowed' | 'blocked';
  readonly people: ReachView['allowed'];
  readonly onChange: (work: (client: EngineClient) => Promise<ReachView>) => Promise<boolean>;
}

const words = {
  allowed: { title: 'allowed', empty: 'allowedEmpty', add: 'allow', off: 'remove', offName: 'disallow' },
  blocked: { title: 'blocked', empty: 'blockedEmpty', add: 'block', off: 'unblock', offName: 'unblockName' },
} as const;

function List({ kind, people, onChange }: ListProps) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [missing, setMissing] = useState<string | null>(null);
  const titleId = useId();
  const { title, empty, add, off, offName } = words[kind];
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(null);
    void onChange(async (client) => {
      const found = (await client.search({ query: name })).find((person) => person.name === name);
      if (found === undefined) {
        setMissing(name);
        return client.reach();
      }
      setName('');
      if (kind === 'blocked') {
        await client.block({ accountId: found.accountId });
        return client.reach();
      }
      return client.setListed({ list: kind, accountId: found.accountId, listed: true });
    });
  };
  return (
    <section aria-labelledby={titleId} className="space-y-3" data-testid={`reach-${kind}`}>
      <h4 id={titleId} className="font-semibold">
        {t.reach[title]}
      </h4>
      {people.length === 0 ? (
        <p className="text-ink-2 text-sm">{t.reach[empty]}</p>
      ) : (
        <Rows>
          {people.map((person) => (
            <Row
              key={person.accountId}
              Icon={kind === 'allowed' ? UserCheck : Ban}
              title={person.name}
              action={
                <Button
                  small={true}
                  aria-label={t.reach[offName](person.name)}
                  onClick={() =>
                    onChange((client) =>
                      client.setListed({ list: kind, accountId: person.accountId, listed: false }),
                    )
                  }
                  data-testid="reach-off"
                >
                  {t.reach[off]}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
      <form onSubmit={onSubmit} className="flex flex-wrap items-end gap-2">
        <TextField
          label={t.reach.who}
          className="min-w-48 flex-1"
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(tidyName(event.target.value))}
          problem={missing === null ? null : t.reach.noSuch(missing)}
          data-testid="reach-name"
        />
        <Button type="submit" disabled={nameProblem(name) !== null} data-testid="reach-add">
          {t.reach[add]}
        </Button>
      </form>
    </section>
  );
}
