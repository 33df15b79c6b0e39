import type { Shown } from './messages.ts';

/** A picture that says no size of its own (SVG) gets this one; pixels. */
const SIZELESS = 1024;

/** A drawn picture, turned as it says. */
export async function decode({ file, mediaType }: Shown): Promise<ImageBitmap> {
  const blob = new Blob([file], { type: mediaType });
  if (mediaType !== 'image/svg+xml') return await createImageBitmap(blob);
  const address = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth === 0 ? SIZELESS : image.naturalWidth;
    canvas.height = image.naturalHeight === 0 ? SIZELESS : image.naturalHeight;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await createImageBitmap(canvas);
  } finally {
    URL.revokeObjectURL(address);
  }
}
