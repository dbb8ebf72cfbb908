// Where "Sent" and "Read" stand below one's own messages.
import type { Entry, Seen } from '../api/types';

/** What is said below an entry. */
export type Receipt = { readonly seq: number; readonly read?: number };

/**
 * "Read" stands below the last of one's own messages that was read, "Sent" below the very last entry if it is one's own
 * and was not read. Nothing is said of a call.
 */
export function receiptsOf(entries: readonly Entry[], me: string, seen: Seen | null | undefined): Receipt[] {
  const own = entries.filter((entry) => entry.from === me && entry.body.type !== 'call');
  const read = seen ? own.findLast((entry) => entry.seq <= seen.seq) : undefined;
  const last = entries[entries.length - 1];
  const receipts: Receipt[] = read && seen ? [{ seq: read.seq, read: seen.at }] : [];
  if (last && last === own[own.length - 1] && last !== read) receipts.push({ seq: last.seq });
  return receipts;
}
