/** Objects that hold something of the WebAssembly instance. */
import { release } from './boundary.js';
import { DuetError } from './errors.js';

/** `Symbol.dispose`, also where the platform does not have it yet: `using` of compiled code looks it up the same way. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** Owns one object of the instance until it is freed or handed on. */
export class Held<T extends { free(): void }> {
  #object: T | undefined;

  constructor(object: T) {
    this.#object = object;
  }

  /** The object. Throws `E_FREED` if it is gone. */
  get live(): T {
    if (this.#object === undefined) throw new DuetError('E_FREED');
    return this.#object;
  }

  /** Gives the object away, for operations that may run once only: whoever comes second gets `E_FREED`. */
  take(): T {
    const object = this.live;
    this.#object = undefined;
    return object;
  }

  free(): void {
    if (this.#object !== undefined) release(this.#object);
    this.#object = undefined;
  }
}
