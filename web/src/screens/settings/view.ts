/** What takes the place of the settings for a while. */
export type View =
  | 'all'
  | 'make-backup'
  | 'open-backup'
  | 'change-password'
  | 'second-factor'
  | 'delete-account';
