declare const DUET_VIEWER: string;

/**
 * Of what the app and the frame say to each other (`scripts/viewer-version.ts`). The frame is loaded anew each time, and so is as new as the
 * server; the app may be older.
 */
export const VERSION = DUET_VIEWER;
