import type { UserError } from '../engine/contract.ts';

/** What a command rejected with. Anything but a {@link UserError} is a defect, and is told as one. */
export function toUserError(reason: unknown): UserError {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'string') {
    return reason as UserError;
  }
  return { code: 'internal' };
}
