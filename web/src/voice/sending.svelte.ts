// Sends voice messages, with progress, and keeps what is unsent for as long as the page lives.
import { ApiError } from '../api/error';
import type { Entry, ServerFrame } from '../api/types';
import { sendVoice } from '../api/voice';
import { onLink } from '../live/socket';
import { addEntry } from '../state/conversation.svelte';
import { newKey } from '../state/outbox.svelte';
import { me } from '../state/session.svelte';
import { type Sending, type SendingEvent, type SendingVoice, ship, shownIn, stranded } from './sending.pure';

let sending = $state.raw<Sending>([]);
const sounds = new Map<string, Blob>();

/** Sends a recording, now or when the line is back. */
export function speak(to: string, sound: Blob, seconds: number): void {
  const key = newKey();
  sounds.set(key, sound);
  happen({ type: 'sent', key, to, seconds });
  void perform(key);
}

/** Tries one again. */
export function retryVoice(key: string): void {
  happen({ type: 'retry', key });
  void perform(key);
}

/** Gives one up. */
export function dropVoice(key: string): void {
  happen({ type: 'drop', key });
  sounds.delete(key);
}

/** Those to a person that are not acknowledged yet. */
export const voicesTo = (handle: string): SendingVoice[] => shownIn(sending, handle);

/** The sound of one on its way. */
export const soundOf = (key: string): Blob | undefined => sounds.get(key);

/** Begins to listen: what was stranded goes on its way when the line is back. */
export function startVoices(): void {
  onLink((online) => {
    if (online) for (const { key } of stranded(sending)) retryVoice(key);
  });
  window.addEventListener('beforeunload', (event) => {
    // They live in memory alone.
    if (sending.length > 0) event.preventDefault();
  });
}

/** Follows the socket. */
export function hearInVoices(frame: ServerFrame): void {
  if (frame.type === 'entry' && frame.entry.from === me().handle) {
    happen({ type: 'entry', to: frame.with, entry: frame.entry });
  }
}

async function perform(key: string): Promise<void> {
  const one = sending.find((voice) => voice.key === key);
  const sound = sounds.get(key);
  if (!one || !sound) return;
  try {
    const entry: Entry = await sendVoice(one.to, key, one.seconds, sound, (progress) =>
      happen({ type: 'progress', key, progress }),
    );
    happen({ type: 'kept', key });
    sounds.delete(key);
    addEntry(one.to, entry);
  } catch (thrown) {
    happen({ type: 'failed', key, code: thrown instanceof ApiError ? thrown.code : 'internal' });
  }
}

function happen(event: SendingEvent): void {
  sending = ship(sending, event);
}
