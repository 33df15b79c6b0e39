/** The core's codes, for everything that has the core: importing this gives `DuetError` their sentences and classes. */
import { DuetError, type ErrorCode, learnCore } from './errors.js';
import { CORE_ERRORS, type CoreErrorCode } from './generated/errors.js';

learnCore(CORE_ERRORS);

export { DuetError } from './errors.js';

/** The bindings throw numbers: the core's, which begin at 101, and three of their own. */
const byNumber = new Map<number, ErrorCode>([
  [1, 'E_ARGUMENT'],
  [2, 'E_FREED'],
  [3, 'E_BUSY'],
]);
for (const [code, { number }] of Object.entries(CORE_ERRORS)) {
  byNumber.set(number, code as CoreErrorCode);
}

/** The error with a number that the bindings threw, or nothing if there is no such number. */
export function numberedError(number: number): DuetError | undefined {
  const code = byNumber.get(number);
  return code === undefined ? undefined : new DuetError(code);
}
