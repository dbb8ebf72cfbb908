// How large a picture is sent. The server keeps 2,048 pixels of the longer edge; more would only be carried there.

/** Pixels of the longer edge that the server keeps. */
export const LONGEST = 2_048;

/** Files below this, of a size that the server keeps, are sent as they are. */
const LIGHT = 1_500_000;

/** The size to draw a picture in before it is sent; nothing if the file goes as it is. */
export function sizeToSend(
  width: number,
  height: number,
  bytes: number,
): { readonly width: number; readonly height: number } | undefined {
  const longer = Math.max(width, height);
  if (longer <= LONGEST && bytes <= LIGHT) return undefined;
  const scale = Math.min(1, LONGEST / longer);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** What a picture takes of the conversation, in pixels, so that nothing moves when it is there. */
export function sizeToShow(width: number, height: number): { readonly width: number; readonly height: number } {
  const [most, least] = [320, 96];
  const scale = Math.min(1, most / width, most / height);
  return {
    width: Math.round(Math.max(least, width * scale)),
    height: Math.round(Math.max(least / 2, height * scale)),
  };
}
