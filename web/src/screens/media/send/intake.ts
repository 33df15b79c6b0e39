/** Files that a person brings, by whichever way: dropped, pasted or chosen. */

export interface Brought {
  readonly files: readonly File[];
  /** Names of folders, which cannot be sent. */
  readonly folders: readonly string[];
}

/** The part of a drop or of a clipboard that this needs; its entries must be asked for at once. */
type Carrier = Pick<DataTransfer, 'files' | 'items'>;

export function broughtBy({ files, items }: Carrier): Brought {
  const folders: string[] = [];
  const found: File[] = [];
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.();
    if (entry?.isDirectory) folders.push(entry.name);
    else {
      const file = item.getAsFile();
      if (file !== null) found.push(named(file));
    }
  }
  return items.length > 0 ? { files: found, folders } : { files: [...files].map(named), folders };
}

export const hasFiles = (types: readonly string[]): boolean => types.includes('Files');

/** What was copied out of a picture has no name of its own, or the same for all. */
function named(file: File): File {
  if (file.name !== '' && file.name !== 'image.png') return file;
  const ending = file.type.split('/')[1]?.split('+')[0] ?? 'bin';
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '-').replace('T', ' ');
  return new File([file], `${at}.${ending}`, { type: file.type, lastModified: file.lastModified });
}
