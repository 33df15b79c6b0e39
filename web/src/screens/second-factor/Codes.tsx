import { Copy, Download, Printer, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { useWayBack } from '../../ui/way-back.ts';
import { copyText } from '../chat/copy.ts';
import { saveBlob } from '../chat/save.ts';
import { useSecondFactorWords } from './words/index.ts';

interface CodesProps {
  /** Whose. */
  readonly name: string;
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

const stay = () => undefined;

/** Recovery codes, shown once: to be copied, saved or printed. Nothing but the word that they were kept leads away, nor does Back. */
export function Codes({ name, codes, onDone }: CodesProps) {
  const { codes: words } = useSecondFactorWords();
  const [copied, setCopied] = useState(false);
  const [kept, setKept] = useState(false);
  useWayBack(stay);
  const text = `${words.fileTitle(name)}\n\n${codes.join('\n')}\n`;
  return (
    <div className="space-y-4">
      <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
        {words.help}
      </Callout>
      <section data-print="" className="rounded-card border border-edge bg-sheet px-4 py-4">
        <h3 className="sr-only print:not-sr-only">{words.fileTitle(name)}</h3>
        <ol
          data-testid="recovery-codes"
          translate="no"
          className="grid select-all gap-x-6 gap-y-1 font-mono sm:grid-cols-2"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
      </section>
      <div className="flex flex-wrap gap-2">
        <Button
          icon={<Copy size={18} aria-hidden="true" />}
          onClick={async () => setCopied(await copyText(text))}
          data-testid="codes-copy"
        >
          <span aria-live="polite">{copied ? words.copied : words.copy}</span>
        </Button>
        <Button
          icon={<Download size={18} aria-hidden="true" />}
          onClick={() => saveBlob(new Blob([text], { type: 'text/plain' }), `duet-${name}.txt`)}
          data-testid="codes-save"
        >
          {words.save}
        </Button>
        <Button icon={<Printer size={18} aria-hidden="true" />} onClick={() => print()}>
          {words.print}
        </Button>
      </div>
      <CheckBox checked={kept} onChange={setKept} data-testid="codes-kept">
        {words.kept}
      </CheckBox>
      <Button look="primary" className="w-full" disabled={!kept} onClick={onDone} data-testid="codes-done">
        {words.done}
      </Button>
    </div>
  );
}
