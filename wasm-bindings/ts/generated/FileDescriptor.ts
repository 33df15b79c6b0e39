// Generated from Rust by `npm run types`. Do not edit.

/**
 * What a file is, as its sender says.
 */
export type FileKind = "file" | "image" | "video" | "audio" | "voice" | "videoMessage";

/**
 * What the receiver may do with a file.
 */
export type FileMode = "both" | "viewOnly" | "downloadOnly";

/**
 * A file, as its sender describes it.
 */
export type FileDescriptor = { 
/**
 * Secret, 32 bytes, fresh for every sending.
 */
key: Uint8Array<ArrayBuffer>, 
/**
 * 24 bytes, fresh for every sending.
 */
salt: Uint8Array<ArrayBuffer>, 
/**
 * Bytes of the file.
 */
size: number, kind: FileKind, mode: FileMode, 
/**
 * Playing time; of a received descriptor at most 24 hours.
 */
durationMs: number, 
/**
 * Waveform, at most 255 values.
 */
peaks: Uint8Array<ArrayBuffer>, 
/**
 * At most 255 bytes. Of a received descriptor: without path separators, control and bidirectional characters.
 */
name: string, 
/**
 * The sender's word: look at the bytes as well.
 */
mediaType: string, 
/**
 * A small image, at most 16 KiB.
 */
preview: Uint8Array<ArrayBuffer>, };
