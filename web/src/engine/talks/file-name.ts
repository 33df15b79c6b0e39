/** What a descriptor can hold of a file's name and type. */
import { FILE_NAME_MAX, MEDIA_TYPE_MAX } from '@duet-chat/crypto';
import { EngineError } from '../errors.ts';

/** The ending that a shortened name keeps. */
const ENDING_CHARACTERS = 16;

/**
 * A name that fits: cut in the middle of what comes before the ending, never inside a character.
 * @throws EngineError `file-empty-name`
 */
export function fittingName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new EngineError('file-empty-name');
  const encoder = new TextEncoder();
  const bytes = (text: string) => encoder.encode(text).length;
  if (bytes(trimmed) <= FILE_NAME_MAX) return trimmed;
  const dot = trimmed.lastIndexOf('.');
  const ending = dot > 0 && trimmed.length - dot <= ENDING_CHARACTERS ? trimmed.slice(dot) : '';
  const stem = [...trimmed.slice(0, trimmed.length - ending.length)];
  while (bytes(stem.join('') + ending) > FILE_NAME_MAX) stem.pop();
  return stem.join('') + ending;
}

/** What the platform calls the file's type, if a descriptor can hold it. */
export function fittingType(type: string): string {
  return type.length <= MEDIA_TYPE_MAX && /^[\x20-\x7e]*$/.test(type) ? type : '';
}
