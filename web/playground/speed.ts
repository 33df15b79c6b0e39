import type { Result } from '../../wasm-bindings/bench/measure.ts';
import type { Asking } from './asking.ts';
import { byOperation, draw } from './chart.ts';
import { at, row, time } from './page.ts';

function show(results: readonly Result[]): void {
  draw(at<SVGSVGElement>('speed-chart'), results);
  const rows = [...byOperation(results)].map(([operation, engines]) => {
    const of = (name: string) => engines.find(({ contender }) => contender === name);
    const [native, wasm] = [of('native'), of('wasm')];
    return row(
      operation,
      native === undefined ? 'not here' : time(native.median),
      wasm === undefined ? 'not here' : time(wasm.median),
      native === undefined ? '–' : native.ratio.toFixed(2),
    );
  });
  at('speed-rows').replaceChildren(...rows);
}

export function showSpeed(asking: Asking): void {
  const again = at<HTMLButtonElement>('speed-again');
  const status = at('speed-status');
  const run = async () => {
    again.disabled = true;
    at('speed').dataset['state'] = 'measuring';
    status.textContent = 'Measuring: some seconds.';
    try {
      show(await asking.ask('measure', null, { tell: show }));
      at('speed').dataset['state'] = 'measured';
      status.textContent = 'Measured. Medians, the engines in turns; other tabs that work make both slower.';
    } catch (error) {
      at('speed').dataset['state'] = 'failed';
      status.textContent = String(error);
    } finally {
      again.disabled = false;
    }
  };
  again.addEventListener('click', () => void run());
  void run();
}
