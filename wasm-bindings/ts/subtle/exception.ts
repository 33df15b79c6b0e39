/** What the methods reject with: the specification's names, as `DOMException` wherever there is one. */

/** Names that the Web Cryptography specification gives its errors. */
export type ExceptionName =
  | 'DataError'
  | 'InvalidAccessError'
  | 'NotSupportedError'
  | 'OperationError'
  | 'QuotaExceededError'
  | 'SyntaxError';

/** An exception of that name. Where the platform has no `DOMException`, an `Error` that is called the same. */
export function exception(name: ExceptionName, message: string, cause?: unknown): Error {
  if (typeof DOMException === 'function') {
    const error = new DOMException(message, name);
    return cause === undefined
      ? error
      : Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  }
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = name;
  return error;
}
