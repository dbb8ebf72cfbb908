// Pictures of this page's life. The server has browsers keep none of them, so that what was deleted is gone; a page that
// scrolls back and forth keeps some itself.
import { getPicture } from '../api/picture';

/** Small pictures kept; each is about 40 KB. More cost memory, fewer cost requests while one scrolls. */
const KEPT = 80;

const shelf = new Map<string, Promise<string>>();

const keyOf = (handle: string, seq: number) => `${handle} ${seq}`;

/** Where the page finds the small picture of an entry. */
export function thumbOf(handle: string, seq: number): Promise<string> {
  const key = keyOf(handle, seq);
  const found = shelf.get(key);
  if (found) {
    shelf.delete(key);
    shelf.set(key, found);
    return found;
  }
  const loading = getPicture(handle, seq, 'thumb').then((blob) => URL.createObjectURL(blob));
  shelf.set(key, loading);
  loading.catch(() => shelf.delete(key));
  const oldest = shelf.keys().next().value;
  if (shelf.size > KEPT && oldest !== undefined) forget(oldest);
  return loading;
}

/** It was deleted. */
export const forgetPicture = (handle: string, seq: number): void => forget(keyOf(handle, seq));

function forget(key: string): void {
  void shelf.get(key)?.then(URL.revokeObjectURL, () => undefined);
  shelf.delete(key);
}
