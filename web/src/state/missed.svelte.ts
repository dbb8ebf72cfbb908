// Missed calls that nobody has looked at yet.
import { getCalls } from '../api/client';
import type { CallRecord } from '../api/types';
import { conversations } from './conversations.svelte';
import { isDeleted } from './deletions.svelte';
import { callKey } from './lists.svelte';
import { unseenMissed } from './missed.pure';
import { Resource } from './resource.svelte';

const STORED = 'birdcall.calls-seen';

/** The newest missed calls; more than a page is no number that anybody reads. */
const missed = new Resource<CallRecord[]>(async () => (await getCalls('missed')).calls, ['calls']);

/** The history was looked at: the newest missed call at that time. A device that never looked knows of none. */
let seen = $state(read());

/** Begins to watch. */
export function watchMissed(): void {
  missed.need();
}

/** How many missed calls are news. */
export function missedNews(): number {
  const calls = (missed.data ?? []).filter((call) => !isDeleted(callKey(call.call)));
  return unseenMissed(calls, conversations.data ?? [], seen);
}

/** The history is on the screen: nothing in it is news. */
export function seeMissed(): void {
  const newest = missed.data?.[0]?.at;
  if (newest === undefined || newest <= seen) return;
  seen = newest;
  try {
    localStorage.setItem(STORED, String(seen));
  } catch {
    // Storage is full or forbidden: remembered for as long as the page lives.
  }
}

function read(): number {
  try {
    return Number(localStorage.getItem(STORED) ?? 0) || 0;
  } catch {
    return 0;
  }
}
