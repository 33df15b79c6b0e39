/** What the browser lacks for recording: known, and said, before anybody clicks. */
export type Lacking = 'insecure' | 'devices' | 'recorder';

export function lacking(): Lacking | null {
  if (!globalThis.isSecureContext) return 'insecure';
  if (navigator.mediaDevices?.getUserMedia === undefined) return 'devices';
  return typeof MediaRecorder === 'undefined' ? 'recorder' : null;
}

/** The errors of `getUserMedia` that a person can do something about. */
const known = [
  'NotAllowedError',
  'NotFoundError',
  'NotReadableError',
  'OverconstrainedError',
  'SecurityError',
] as const;

export type Refusal = (typeof known)[number] | 'other';

export const refusalOf = (thrown: unknown): Refusal =>
  known.find((name) => thrown instanceof DOMException && thrown.name === name) ?? 'other';
