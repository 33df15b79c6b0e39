/** The code that runs here, beside what it does: the very files, so that neither can be of another version. */
import { copyText } from '../src/screens/chat/copy.ts';
import { at, made } from './page.ts';
import file from './samples/file.ts?raw';
import here from './samples/here.ts?raw';
import operations from './samples/operations.ts?raw';
import talk from './samples/talk.ts?raw';

const SAMPLES: readonly (readonly [section: string, name: string, code: string])[] = [
  ['here', 'what is here', here],
  ['talk', 'a conversation', talk],
  ['file', 'a file', file],
  ['speed', 'what is measured', operations],
];

export function showCode(): void {
  for (const [section, name, code] of SAMPLES) {
    const copy = made('button', 'Copy');
    copy.type = 'button';
    const said = made('span');
    said.setAttribute('role', 'status');
    copy.setAttribute('aria-label', `Copy the code of ${name}`);
    copy.addEventListener('click', async () => {
      said.textContent = (await copyText(code)) ? 'Copied.' : 'The browser did not allow it.';
    });
    const text = made('pre', made('code', code.trimEnd()));
    // What scrolls can be reached and scrolled by keys.
    text.tabIndex = 0;
    text.setAttribute('role', 'region');
    text.setAttribute('aria-label', `Code of ${name}`);
    const head = made('p', copy, said);
    head.className = 'tools';
    at(`${section}-code`).append(head, text);
  }
}
