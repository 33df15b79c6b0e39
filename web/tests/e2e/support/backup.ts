import { readFile } from 'node:fs/promises';
import { type Person, password } from './person.js';

export interface Backup {
  readonly file: { name: string; mimeType: string; buffer: Buffer };
  readonly passphrase: string;
}

/** From the settings, as a person makes one and keeps it. */
export async function makeBackup(person: Person): Promise<Backup> {
  await person.at('settings-open').click();
  await person.at('open-make-backup').click();
  await person.at('backup-password').fill(password);
  await person.at('backup-make').click();
  const passphrase = (await person.at('backup-passphrase').textContent()) ?? '';
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.at('backup-save').click(),
  ]);
  await person.at('backup-written').click();
  await person.at('backup-finish').click();
  const buffer = await readFile(await download.path());
  return {
    file: { name: download.suggestedFilename(), mimeType: 'application/octet-stream', buffer },
    passphrase,
  };
}

/** Where the page asks for one. */
export async function openBackup(person: Person, { file, passphrase }: Backup): Promise<void> {
  await person.at('backup-file').setInputFiles(file);
  await person.at('backup-passphrase-input').fill(passphrase);
  await person.at('backup-open').click();
}
