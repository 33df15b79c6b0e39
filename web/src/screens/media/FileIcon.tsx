import { File, FileAudio, FileImage, FileText, FileVideo } from 'lucide-react';
import { classes } from '../../ui/classes.ts';

function iconOf(mediaType: string) {
  if (mediaType.startsWith('image/')) return FileImage;
  if (mediaType.startsWith('audio/')) return FileAudio;
  if (mediaType.startsWith('video/')) return FileVideo;
  return mediaType.startsWith('text/') || mediaType === 'application/pdf' ? FileText : File;
}

export interface FileIconProps {
  readonly mediaType: string;
  readonly className?: string;
}

/** What sort of file it is said to be. */
export function FileIcon({ mediaType, className }: FileIconProps) {
  const Icon = iconOf(mediaType);
  return (
    <span
      className={classes(
        'flex size-10 shrink-0 items-center justify-center rounded-[0.625rem] bg-sheet text-strong',
        className,
      )}
    >
      <Icon size={22} aria-hidden="true" />
    </span>
  );
}
