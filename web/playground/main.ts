/**
 * The playground: the package at work in the reader's own browser, with the code that does it. A page of its own, which shares nothing with
 * the messenger but its colours.
 */
import { Asking } from './asking.ts';
import { showCode } from './code.ts';
import { showFile } from './file.ts';
import { showHere } from './here.ts';
import { at } from './page.ts';
import { showSpeed } from './speed.ts';
import { showTalk } from './talk.ts';

showCode();
// What is measured has a worker of its own: it keeps it busy for seconds.
const asking = new Asking();
showFile(asking);
showSpeed(new Asking());
for (const [section, shown] of [
  ['here', showHere(asking)],
  ['talk', showTalk(asking)],
] as const) {
  shown.catch((error: unknown) => {
    at(`${section}-words`).textContent = String(error);
    at(section).dataset['state'] = 'failed';
  });
}
