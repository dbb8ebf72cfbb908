// The part of a conversation that is in memory and on the page: without gaps, and never more than so many entries,
// however long the conversation is. What is far away is dropped and loaded again when somebody scrolls there.
import type { Entry } from '../api/types';
import { merge } from './entries.pure';

/** Entries kept at most. A screen holds about fifteen; more make a long scroll load less often, and cost memory. */
export const KEPT = 300;

/** A part of a conversation. */
export interface Window {
  /** By growing place. */
  readonly entries: readonly Entry[];
  /** There are older ones. */
  readonly older: boolean;
  /** There are newer ones. */
  readonly newer: boolean;
}

/** With a page that stands before it; what is too much goes at the end. */
export function withOlder(part: Window, page: readonly Entry[], older: boolean): Window {
  const entries = merge(part.entries, page);
  return { entries: entries.slice(0, KEPT), older, newer: part.newer || entries.length > KEPT };
}

/** With a page that stands behind it; what is too much goes at the beginning. */
export function withNewer(part: Window, page: readonly Entry[], newer: boolean): Window {
  const entries = merge(part.entries, page);
  return { entries: entries.slice(-KEPT), older: part.older || entries.length > KEPT, newer };
}

/**
 * With entries that have just come into being. Where the end is not in the window they are not either. A reader who is
 * at the end goes on with them; from one who reads further up nothing is taken away.
 */
export function withLive(part: Window, news: readonly Entry[], atEnd: boolean): Window {
  const last = part.entries[part.entries.length - 1];
  // What stands within it is put in its place: an acknowledgement may come after the next entry.
  const within = news.filter((entry) => !part.newer || (last !== undefined && entry.seq <= last.seq));
  const entries = merge(part.entries, within);
  if (entries.length <= KEPT) return { ...part, entries };
  if (atEnd) return { ...part, entries: entries.slice(-KEPT), older: true };
  return { ...part, entries: entries.slice(0, KEPT), newer: true };
}

/** Something on the page that is to stay where it is: an entry, and how far it is below the top of the box. */
export interface Anchor {
  readonly seq: number;
  readonly top: number;
}

/** The first entry that can be seen. `rows` are in order, their places relative to the top of the box. */
export function anchorOf(
  rows: readonly { readonly seq: number; readonly top: number; readonly bottom: number }[],
): Anchor | undefined {
  const first = rows.find((row) => row.bottom > 0);
  return first && { seq: first.seq, top: first.top };
}
