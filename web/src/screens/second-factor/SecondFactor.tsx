import { useEffect, useState } from 'react';
import type { SecondFactorView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Page } from '../../ui/Page.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { Ask } from './Ask.tsx';
import { Codes } from './Codes.tsx';
import { ConfirmTotp } from './ConfirmTotp.tsx';
import { Factors } from './Factors.tsx';
import { MakePasskey } from './MakePasskey.tsx';
import { OnePasskey } from './OnePasskey.tsx';
import type { Place } from './place.ts';
import { type SecondFactorText, useSecondFactorWords } from './words/index.ts';

const LIST: Place = { at: 'list' };

/** A8: what is asked for after the password, set up and taken away. One step of it at a time. */
export function SecondFactor({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const words = useSecondFactorWords();
  const run = useCommand();
  const [place, setPlace] = useState<Place>(LIST);
  const [factors, setFactors] = useState<SecondFactorView | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked whenever the list is come back to.
  useEffect(() => {
    if (place.at === 'list') void run(async (client) => setFactors(await client.secondFactor()));
  }, [place]);

  const toList = () => setPlace(LIST);
  const added = (codes: readonly string[]) => setPlace(codes.length === 0 ? LIST : { at: 'codes', codes });
  const title = titleOf(place, words);
  return (
    <Page
      key={place.at}
      title={title}
      // Codes are shown once: what leads away from them says that they were kept.
      back={
        place.at === 'codes'
          ? undefined
          : { label: t.app.back, onBack: place.at === 'list' ? onClose : toList }
      }
      deep={true}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="second-factor-page"
    >
      <div className="max-w-120 space-y-5" data-place={place.at}>
        <Step
          place={place}
          name={name}
          factors={factors}
          onPlace={setPlace}
          onAdded={added}
          onDone={toList}
        />
      </div>
    </Page>
  );
}

function titleOf(place: Place, { codes, page, passkey }: SecondFactorText): string {
  if (place.at === 'codes') return codes.title;
  if (place.at === 'passkey') return place.passkey.name;
  return place.at === 'make-passkey' ? passkey.title : page.title;
}

interface StepProps {
  readonly place: Place;
  readonly name: string;
  readonly factors: SecondFactorView | null;
  readonly onPlace: (place: Place) => void;
  readonly onAdded: (codes: readonly string[]) => void;
  readonly onDone: () => void;
}

function Step({ place, name, factors, onPlace, onAdded, onDone }: StepProps) {
  const { ask } = useSecondFactorWords();
  const { client } = useDuet();
  const isLast = factors !== null && factors.passkeys.length + (factors.totp === null ? 0 : 1) <= 1;
  switch (place.at) {
    case 'list':
      return factors === null ? null : <Factors factors={factors} onPlace={onPlace} />;
    case 'start-totp':
      return (
        <Ask
          name={name}
          help={ask.totp}
          submit={ask.next}
          act={async (password) =>
            onPlace({ at: 'confirm-totp', setup: await client.startTotp({ password }) })
          }
        />
      );
    case 'confirm-totp':
      return <ConfirmTotp setup={place.setup} onAdded={onAdded} onOver={onDone} />;
    case 'remove-totp':
      return (
        <Ask
          name={name}
          help={ask.removeTotp}
          warning={isLast ? ask.last : undefined}
          submit={ask.turnOff}
          act={async (password) => {
            await client.removeTotp({ password });
            onDone();
          }}
        />
      );
    case 'start-passkey':
      return (
        <Ask
          name={name}
          help={ask.passkey}
          submit={ask.next}
          act={async (password) =>
            onPlace({ at: 'make-passkey', setup: await client.startPasskey({ password }) })
          }
        />
      );
    case 'make-passkey':
      return (
        <MakePasskey
          setup={place.setup}
          taken={factors?.passkeys.map(({ name: called }) => called) ?? []}
          onAdded={onAdded}
          onOver={onDone}
        />
      );
    case 'passkey': {
      const { passkey } = place;
      return (
        <OnePasskey
          passkey={passkey}
          onRenamed={onDone}
          onRemove={() => onPlace({ at: 'remove-passkey', passkey })}
        />
      );
    }
    case 'remove-passkey': {
      const { id, name: called } = place.passkey;
      return (
        <Ask
          name={name}
          help={ask.removePasskey(called)}
          warning={isLast ? ask.last : undefined}
          submit={ask.remove}
          act={async (password) => {
            await client.removePasskey({ id, password });
            onDone();
          }}
        />
      );
    }
    case 'new-codes':
      return (
        <Ask
          name={name}
          help={ask.codes}
          submit={ask.next}
          act={async (password) =>
            onPlace({ at: 'codes', codes: await client.newRecoveryCodes({ password }) })
          }
        />
      );
    case 'codes':
      return <Codes name={name} codes={place.codes} onDone={onDone} />;
    default:
      return place satisfies never;
  }
}
