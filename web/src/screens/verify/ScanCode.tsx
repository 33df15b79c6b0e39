import { Camera, CircleCheck, ImageUp, TriangleAlert } from 'lucide-react';
import { type FormEvent, useId, useRef, useState } from 'react';
import type { QrVerdict } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { QrCamera, qrInPicture } from '../../ui/QrCamera.tsx';
import { useCommand } from '../duet.tsx';
import { PartGone } from '../lazily.tsx';
import type { Person } from '../memory.ts';

/** What the person is told; the last three are about the ways in, not about a code. */
type Outcome = QrVerdict | 'camera-denied' | 'camera-missing' | 'part-gone';

/** Browsers give no camera to a page on plain http. */
const hasCamera = () => globalThis.isSecureContext && 'mediaDevices' in navigator;

/**
 * protocol.md 3.3, the scanner's half: by camera, from a picture, or as text. It says what a code means, and goes
 * on looking after one that is none of ours.
 */
export function ScanCode({ accountId, name }: Person) {
  const { t } = useWords();
  const run = useCommand();
  const [watching, setWatching] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [text, setText] = useState('');
  const picture = useRef<HTMLInputElement>(null);
  const textId = useId();
  /** The code that is being looked at, or was last: the camera sees the same one thirty times a second. */
  const latest = useRef<string | null>(null);

  const check = async (code: string) => {
    latest.current = code;
    let verdict: QrVerdict | null = null;
    await run(async (client) => {
      verdict = await client.checkQr({ accountId, text: code });
    });
    if (verdict === null) return;
    setOutcome(verdict);
    if (verdict !== 'not-a-code') setWatching(false);
  };

  const checkPicture = async (file: File | undefined) => {
    if (file === undefined) return;
    let code: string | null;
    try {
      code = await qrInPicture(file);
    } catch {
      return setOutcome('part-gone');
    }
    if (code === null) setOutcome('not-a-code');
    else await check(code);
  };

  return (
    <div className="space-y-3">
      {watching && (
        <QrCamera
          label={t.verify.scan.camera}
          onCode={(code) => {
            if (code !== latest.current) void check(code);
          }}
          onTrouble={(trouble) => {
            setWatching(false);
            setOutcome(trouble === 'gone' ? 'part-gone' : `camera-${trouble}`);
          }}
        />
      )}
      <div className="flex flex-wrap gap-2">
        {hasCamera() && (
          <Button
            icon={<Camera size={18} aria-hidden="true" />}
            onClick={() => {
              latest.current = null;
              setOutcome(null);
              setWatching(!watching);
            }}
            data-testid="scan-camera"
          >
            {watching ? t.verify.scan.stop : t.verify.scan.start}
          </Button>
        )}
        <input
          ref={picture}
          type="file"
          accept="image/*"
          hidden={true}
          data-testid="scan-picture"
          onChange={({ target }) => {
            void checkPicture(target.files?.[0]);
            target.value = '';
          }}
        />
        <Button icon={<ImageUp size={18} aria-hidden="true" />} onClick={() => picture.current?.click()}>
          {t.verify.scan.picture}
        </Button>
      </div>
      <form
        className="flex items-end gap-2"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void check(text.trim());
        }}
      >
        <div className="min-w-0 flex-1">
          <label htmlFor={textId} className="mb-1 block font-semibold text-sm">
            {t.verify.scan.text}
          </label>
          <input
            id={textId}
            value={text}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            data-testid="scan-text"
            className="h-12 w-full rounded-control border border-edge bg-sheet px-4 font-mono text-base focus-visible:-outline-offset-1"
          />
        </div>
        <Button type="submit" disabled={text.trim() === ''} data-testid="scan-check">
          {t.verify.scan.check}
        </Button>
      </form>
      {outcome !== null && <Told outcome={outcome} name={name} />}
    </div>
  );
}

function Told({ outcome, name }: { readonly outcome: Outcome; readonly name: string }) {
  const { t } = useWords();
  if (outcome === 'part-gone') return <PartGone />;
  const { title, help } = t.verify.scan.outcomes[outcome];
  const tone = outcome === 'key-differs' ? 'danger' : outcome === 'verified' ? 'plain' : 'warning';
  return (
    <Callout
      tone={tone}
      role={outcome === 'key-differs' ? 'alert' : 'status'}
      data-testid="scan-outcome"
      data-code={outcome}
      icon={
        outcome === 'verified' ? (
          <CircleCheck size={18} className="text-ink" aria-hidden="true" />
        ) : (
          <TriangleAlert size={18} aria-hidden="true" />
        )
      }
    >
      <p className="font-semibold">{title}</p>
      <p>{help(name)}</p>
    </Callout>
  );
}
