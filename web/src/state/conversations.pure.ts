// The list of conversations, as frames change it.
import type { ConversationSummary, Entry, Person } from '../api/types';

type List = readonly ConversationSummary[];

const newestFirst = (list: ConversationSummary[]) => list.sort((a, b) => b.last.at - a.last.at);

/** A new entry: its conversation comes to the top. */
export function withEntry(list: List, person: Person, entry: Entry, unread: number): ConversationSummary[] {
  const old = list.find((one) => one.with.handle === person.handle);
  if (old && old.last.seq > entry.seq) return [...list];
  const others = list.filter((one) => one.with.handle !== person.handle);
  return newestFirst([{ with: old?.with ?? person, last: entry, unread }, ...others]);
}

/** A name that became known. */
export function withPerson(list: List, person: Person): ConversationSummary[] {
  return list.map((one) => (one.with.handle === person.handle ? { ...one, with: person } : one));
}

/** The last entry of a conversation is not what it was. */
export function withChange(list: List, handle: string, entry: Entry, unread: number): ConversationSummary[] {
  return list.map((one) => {
    if (one.with.handle !== handle) return one;
    return { ...one, unread, last: one.last.seq === entry.seq ? entry : one.last };
  });
}

/** Read on some device. */
export function withRead(list: List, handle: string, unread: number): ConversationSummary[] {
  return list.map((one) => (one.with.handle === handle ? { ...one, unread } : one));
}

/** How many conversations hold something unread. */
export function unreadOf(list: List): number {
  return list.filter((one) => one.unread > 0).length;
}
