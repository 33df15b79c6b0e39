import type { EngineMode } from '@duet-chat/crypto';
import type { Asking } from './asking.ts';
import type { FileStep, RoundTrip } from './messages.ts';
import { at, hex, made, row, size, time } from './page.ts';

const WORDS = { sealing: 'Sealing', opening: 'Opening', comparing: 'Comparing' } as const;
/** Both copies and the hash's input are in memory; a phone has no more than this. */
const MOST = 500e6;
const SAMPLE = 20_000_000;

const speed = (bytes: number, ms: number) => (ms > 0 ? `${size((bytes * 1000) / ms)}/s` : '');

export function showFile(asking: Asking): void {
  const chooser = at<HTMLInputElement>('file-input');
  const sample = at<HTMLButtonElement>('file-sample');
  const cancel = at<HTMLButtonElement>('file-cancel');
  const bar = at<HTMLProgressElement>('file-progress');
  const words = at('file-words');
  const status = at('file-status');
  let addresses: string[] = [];

  const tell = ({ step, done, total, elapsed }: FileStep) => {
    bar.max = Math.max(total, 1);
    if (step === 'comparing') bar.removeAttribute('value');
    else bar.value = done;
    words.textContent = `${WORDS[step]}: ${size(done)} of ${size(total)} ${speed(done, elapsed)}`;
  };

  const link = (name: string, words: string, blob: Blob) => {
    const anchor = made('a', words);
    anchor.href = URL.createObjectURL(blob);
    anchor.download = name;
    addresses.push(anchor.href);
    return made('li', anchor);
  };

  const show = (file: Blob, name: string, trip: RoundTrip) => {
    const [before, after] = [hex(trip.before), hex(trip.after)];
    status.textContent =
      before === after ? 'Opened, and the same to the last byte.' : 'What was opened differs.';
    at('file-rows').replaceChildren(
      row('File', `${name}, ${size(file.size)}`),
      row('Key', hex(trip.key)),
      row('Sealed', `${size(trip.sealed.size)} in ${time(trip.sealing)}, ${speed(file.size, trip.sealing)}`),
      row('Opened', `${size(trip.opened.size)} in ${time(trip.opening)}, ${speed(file.size, trip.opening)}`),
      row('SHA-256 of the file', before),
      row('SHA-256 of what was opened', after),
    );
    at('file-links').replaceChildren(
      link(`${name}.sealed`, 'Save the sealed file', trip.sealed),
      link(name, 'Save what was opened', trip.opened),
    );
    at('file-result').hidden = false;
  };

  const run = async (file: Blob, name: string) => {
    for (const address of addresses) URL.revokeObjectURL(address);
    addresses = [];
    at('file-result').hidden = true;
    if (file.size > MOST) {
      status.textContent = `Choose a file of at most ${size(MOST)}: this page keeps both copies in memory.`;
      return;
    }
    const controller = new AbortController();
    cancel.onclick = () => controller.abort();
    const working = (on: boolean) => {
      chooser.disabled = on;
      sample.disabled = on;
      cancel.disabled = !on;
      at('file-working').hidden = !on;
      at('file').dataset['state'] = on ? 'working' : 'idle';
    };
    status.textContent = 'Working.';
    working(true);
    try {
      const engine = at<HTMLSelectElement>('file-engine').value as EngineMode;
      show(file, name, await asking.ask('roundTrip', { file, engine }, { tell, signal: controller.signal }));
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      working(false);
    }
  };

  chooser.addEventListener('change', () => {
    const [file] = chooser.files ?? [];
    if (file !== undefined) void run(file, file.name);
    // The same file can be chosen again.
    chooser.value = '';
  });
  sample.addEventListener('click', () => void run(randomFile(), 'random.bin'));
}

function randomFile(): Blob {
  const piece = 65_536;
  const parts: BlobPart[] = [];
  for (let left = SAMPLE; left > 0; left -= piece) {
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(piece, left))));
  }
  return new Blob(parts);
}
