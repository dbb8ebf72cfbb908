// A picture before it is sent: opened by the browser, and drawn smaller where it is larger than what is kept.
import { sizeToSend } from './prepare.pure';

/** A picture that can be sent. */
export interface Ready {
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
}

/** How well JPEG keeps what is drawn; the server makes it anew once more. */
const QUALITY = 0.9;

/** Opens and scales a picture; nothing if it is none that the browser can open. */
export async function prepare(file: Blob): Promise<Ready | undefined> {
  let bitmap: ImageBitmap;
  try {
    // Turned as the camera was held.
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined;
  }
  const { width, height } = bitmap;
  const served = ['image/jpeg', 'image/png', 'image/webp'].includes(file.type);
  const size = sizeToSend(width, height, file.size) ?? (served ? undefined : { width, height });
  if (!size) {
    bitmap.close();
    return { file, width, height };
  }
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const pen = canvas.getContext('2d');
  if (!pen) return { file, width, height };
  // What is seen through a picture is white on paper.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, size.width, size.height);
  pen.drawImage(bitmap, 0, 0, size.width, size.height);
  bitmap.close();
  const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  return drawn ? { file: drawn, ...size } : { file, width, height };
}
