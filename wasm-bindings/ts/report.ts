/** Errors of a caller's function that nobody waits for. */

/** Tells the platform of an error, as an `EventTarget` does of one of a listener's, and goes on. */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else
    setTimeout(() => {
      throw error;
    });
}

/** Calls a caller's listener, whose failure is not ours. */
export function told<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    report(error);
  }
}
