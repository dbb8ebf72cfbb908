// Who types. A hint of the other side is believed for some seconds, or until their message is there.
import { SvelteSet } from 'svelte/reactivity';
import type { ServerFrame } from '../api/types';
import { send } from '../live/socket';
import { session } from './session.svelte';
import { due, LASTS } from './typing.pure';

const now = new SvelteSet<string>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const told = new Map<string, number>();

/** Whether somebody is writing to one. */
export const isTyping = (handle: string): boolean => now.has(handle);

/** One has typed something there: tells it, now and then. */
export function typed(handle: string): void {
  if (!session.me?.receipts || !due(told.get(handle), Date.now())) return;
  if (send({ type: 'typing', with: handle })) told.set(handle, Date.now());
}

/** Follows the socket. */
export function hearTyping(frame: ServerFrame): void {
  if (frame.type === 'entry') {
    if (frame.entry.from === frame.with) over(frame.with);
    // What one has sent is not being written any more; the next letter is news again.
    else told.delete(frame.with);
  }
  if (frame.type !== 'typing') return;
  const handle = frame.with;
  clearTimeout(timers.get(handle));
  now.add(handle);
  timers.set(
    handle,
    setTimeout(() => over(handle), LASTS),
  );
}

function over(handle: string): void {
  clearTimeout(timers.get(handle));
  timers.delete(handle);
  now.delete(handle);
}
