// Sends pictures, with progress and a way to stop, and keeps what is unsent for as long as the page lives.
import { ApiError } from '../api/error';
import { sendPicture } from '../api/picture';
import type { ServerFrame } from '../api/types';
import { onLink } from '../live/socket';
import { addEntry } from '../state/conversation.svelte';
import { newKey } from '../state/outbox.svelte';
import { me } from '../state/session.svelte';
import type { Ready } from './prepare';
import { type Sending, type SendingEvent, type SendingPicture, ship, shownIn, stranded } from './sending.pure';

let sending = $state.raw<Sending>([]);
const files = new Map<string, { readonly file: Blob; readonly url: string; stop?: () => void }>();

/** Sends a picture, now or when the line is back. */
export function show(to: string, ready: Ready, words: Pick<SendingPicture, 'text' | 'alt' | 'replyTo'>): void {
  const key = newKey();
  files.set(key, { file: ready.file, url: URL.createObjectURL(ready.file) });
  happen({ type: 'sent', picture: { key, to, width: ready.width, height: ready.height, ...words } });
  void perform(key);
}

/** Tries one again. */
export function retryPicture(key: string): void {
  happen({ type: 'retry', key });
  void perform(key);
}

/** Gives one up, also in the middle. */
export function dropPicture(key: string): void {
  files.get(key)?.stop?.();
  happen({ type: 'drop', key });
  forget(key);
}

/** Those to a person that are not acknowledged yet. */
export const picturesTo = (handle: string): SendingPicture[] => shownIn(sending, handle);

/** Where the page finds the file of one on its way. */
export const urlOf = (key: string): string | undefined => files.get(key)?.url;

/** Begins to listen: what was stranded goes on its way when the line is back. */
export function startPictures(): void {
  onLink((online) => {
    if (online) for (const { key } of stranded(sending)) retryPicture(key);
  });
  window.addEventListener('beforeunload', (event) => {
    if (sending.length > 0) event.preventDefault();
  });
}

/** Follows the socket. */
export function hearInPictures(frame: ServerFrame): void {
  if (frame.type === 'entry' && frame.entry.from === me().handle) {
    happen({ type: 'entry', to: frame.with, entry: frame.entry });
  }
}

async function perform(key: string): Promise<void> {
  const one = sending.find((picture) => picture.key === key);
  const kept = files.get(key);
  if (!one || !kept) return;
  const { answer, stop } = sendPicture(one, kept.file, (progress) => happen({ type: 'progress', key, progress }));
  kept.stop = stop;
  try {
    const entry = await answer;
    happen({ type: 'kept', key });
    forget(key);
    addEntry(one.to, entry);
  } catch (thrown) {
    happen({ type: 'failed', key, code: thrown instanceof ApiError ? thrown.code : 'internal' });
  }
}

function forget(key: string): void {
  const kept = files.get(key);
  if (kept) URL.revokeObjectURL(kept.url);
  files.delete(key);
}

function happen(event: SendingEvent): void {
  sending = ship(sending, event);
}
