import type { Asking } from './asking.ts';
import type { Person } from './messages.ts';
import { at, hex, made } from './page.ts';

const NAMES = { alice: 'Alice', bob: 'Bob' } as const;
/** Of a frame so many bytes are shown; the header and the keys of the turn are longer than most texts. */
const SHOWN = 192;

export async function showTalk(asking: Asking): Promise<void> {
  const form = at<HTMLFormElement>('talk-form');
  const text = at<HTMLInputElement>('talk-text');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const from: Person = (event.submitter as HTMLButtonElement | null)?.value === 'bob' ? 'bob' : 'alice';
    const to: Person = from === 'alice' ? 'bob' : 'alice';
    const said = text.value;
    const answer = await asking.ask('say', { from, text: said }).catch((error: unknown) => {
      at('talk-sent').textContent = String(error);
    });
    if (answer === undefined) return;
    const { frame, read } = answer;
    at('talk-sent').textContent = `${NAMES[from]} wrote: ${said}`;
    const more = frame.length > SHOWN ? ' …' : '';
    at('talk-bytes').textContent = `${hex(frame.subarray(0, SHOWN)).replace(/(.{8})/g, '$1 ')}${more}`;
    at('talk-size').textContent = `${frame.length} bytes, all that the relay sees of the text`;
    at('talk-read').textContent = `${NAMES[to]} reads: ${read}`;
  });

  const emoji = await asking.ask('meet', null);
  at('talk-emoji').replaceChildren(...emoji.map((one) => made('li', one)));
  for (const button of form.querySelectorAll('button')) button.disabled = false;
  at('talk').dataset['state'] = 'met';
}
