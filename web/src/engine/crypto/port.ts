export type { FileDescriptor } from '@duet-chat/crypto';
