/** Small things for writing the page. */

/** The element with this id. */
export function at<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found as unknown as E;
}

/** A new element with text or elements in it. */
export function made<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  ...inside: readonly (string | Node)[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  element.append(...inside);
  return element;
}

/** A row of a table: the first cell names it. */
export function row(name: string, ...cells: readonly string[]): HTMLTableRowElement {
  const head = made('th', name);
  head.scope = 'row';
  return made('tr', head, ...cells.map((cell) => made('td', cell)));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function time(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(ms < 0.1 ? 1 : 0)} µs`;
  return ms < 1000 ? `${ms.toPrecision(3)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
