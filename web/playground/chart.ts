/** A bar for each engine and operation, as long as it is fast: the faster one of each operation is the whole length. */
import type { Result } from '../../wasm-bindings/bench/measure.ts';
import { time } from './page.ts';

const HEIGHT = { operation: 84, bar: 18, gap: 26, first: 26 } as const;
/** Of the width, so that what a bar says fits beside it at 320 px. */
const LONGEST = 52;

/** Operation by operation, in the order in which they were measured. */
export function byOperation(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
  const rows = new Map<string, Result[]>();
  for (const result of results) rows.set(result.group, [...(rows.get(result.group) ?? []), result]);
  return rows;
}

export function draw(svg: SVGSVGElement, results: readonly Result[]): void {
  const parts: SVGElement[] = [];
  let top = 0;
  for (const [operation, engines] of byOperation(results)) {
    parts.push(text(operation, '0', top + 16, 'operation'));
    const fastest = Math.min(...engines.map(({ median }) => median));
    engines.forEach(({ contender, median }, index) => {
      const y = top + HEIGHT.first + index * HEIGHT.gap;
      const width = `${((LONGEST * fastest) / median).toFixed(2)}%`;
      parts.push(element('rect', { x: '0', y, width, height: HEIGHT.bar, class: contender }));
      const beside = text(`${contender} ${time(median)}`, width, y + 14, 'value');
      beside.setAttribute('dx', '8');
      parts.push(beside);
    });
    top += HEIGHT.operation;
  }
  svg.setAttribute('height', String(top));
  svg.replaceChildren(...parts);
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  return made;
}

function text(words: string, x: string, y: number, kind: string): SVGElement {
  const made = element('text', { x, y, class: kind });
  made.textContent = words;
  return made;
}
