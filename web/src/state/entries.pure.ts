// The entries of one conversation as a list by `seq`, whatever order and overlap they arrive in.
import type { Entry } from '../api/types';

/** Both lists as one, by growing `seq`; of two with the same `seq` the newer knowledge stays. */
export function merge(known: readonly Entry[], news: readonly Entry[]): Entry[] {
  const last = known[known.length - 1];
  const first = news[0];
  if (first === undefined) return [...known];
  if (news.length === 1 && (last === undefined || first.seq > last.seq)) return [...known, first];
  const bySeq = new Map<number, Entry>();
  for (const entry of known) bySeq.set(entry.seq, entry);
  for (const entry of news) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** What happened on one day. */
export interface Day<T> {
  /** Its date; with a count where the server's clock went back over midnight and the date comes again. */
  readonly key: string;
  /** A moment of that day. */
  readonly at: number;
  readonly entries: readonly T[];
}

/** Cuts entries, or calls, where the date changes, in the zone that `dateOf` speaks for. */
export function byDay<T extends { readonly at: number }>(
  entries: readonly T[],
  dateOf: (at: number) => string,
): Day<T>[] {
  const days: { key: string; at: number; date: string; entries: T[] }[] = [];
  for (const entry of entries) {
    const date = dateOf(entry.at);
    const last = days[days.length - 1];
    if (last?.date === date) last.entries.push(entry);
    else {
      const before = days.filter((day) => day.date === date).length;
      days.push({ key: before === 0 ? date : `${date} ${before}`, at: entry.at, date, entries: [entry] });
    }
  }
  return days;
}

/** The first entry of the other side after `read`: where the unread ones begin. */
export function firstUnread(entries: readonly Entry[], read: number, me: string): number | undefined {
  return entries.find((entry) => entry.seq > read && entry.from !== me)?.seq;
}

/** Messages of one person within this time stand close together, with one time below the last. */
const TOGETHER = 5 * 60_000;

/** Whether `next` goes on what `entry` began. */
export function goesOn(entry: Entry, next: Entry | undefined): boolean {
  return (
    next !== undefined &&
    next.from === entry.from &&
    next.body.type !== 'call' &&
    entry.body.type !== 'call' &&
    next.at - entry.at < TOGETHER
  );
}
