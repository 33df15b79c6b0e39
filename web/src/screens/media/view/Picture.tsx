import { useLayoutEffect, useRef } from 'react';
import { classes } from '../../../ui/classes.ts';

export interface PictureProps {
  readonly picture: ImageBitmap;
  readonly label: string;
  readonly className?: string;
  readonly 'data-testid'?: string;
}

/** Pixels that the viewer's frame gave out: nothing of the file itself is in this document. */
export function Picture({ picture, label, className, ...rest }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    element.width = picture.width;
    element.height = picture.height;
    element.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      data-testid={rest['data-testid']}
      className={classes('block', className)}
    />
  );
}
