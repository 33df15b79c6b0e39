/** Between what the machine says and what the package sends: ids are text here and bytes there. */
import { fromText, toText } from '../bytes.ts';
import type { Content } from '../machine/events.ts';
import { assertNever } from '../machine/turn.ts';
import type { PackageContent } from './port.ts';

/** `other` is only ever received. */
export function toPackage(content: Exclude<Content, { type: 'other' }>): PackageContent {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text, reply: null };
    case 'file-control': {
      const { fid, op, index, count } = content;
      return { type: 'fileControl', fid: fromText(fid, 32), op, index, count };
    }
    case 'ready':
    case 'receipt':
    case 'bye':
      return { type: content.type };
    case 'read':
    case 'typing':
    case 'file':
      return content;
    default:
      return assertNever(content);
  }
}

export function fromPackage(content: PackageContent): Content {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text };
    case 'fileControl': {
      const { fid, op, index, count } = content;
      return { type: 'file-control', fid: toText(fid), op, index, count };
    }
    case 'ready':
    case 'receipt':
    case 'bye':
    case 'read':
    case 'typing':
    case 'file':
      return content;
    // A word about one item is a RECEIPT too: it causes none.
    case 'viewed':
      return { type: 'receipt' };
    // Asks whether somebody is there: what causes a RECEIPT answers it.
    case 'probe':
    case 'edit':
    case 'delete':
    case 'reaction':
    case 'unknown':
      return { type: 'other' };
    default:
      return assertNever(content);
  }
}
