import { describe, expect, it } from 'vitest';
import type { ConversationSummary, Entry } from '../api/types';
import { unreadOf, withEntry, withRead } from './conversations.pure';

const entry = (seq: number): Entry => ({ seq, at: seq, from: 'bob', body: { type: 'message', text: `${seq}` } });
const person = (handle: string) => ({ handle, name: handle, verified: false });
const row = (handle: string, seq: number, unread = 0): ConversationSummary => ({
  with: person(handle),
  last: entry(seq),
  unread,
});
const handles = (list: ConversationSummary[]) => list.map((one) => one.with.handle);

describe('the list of conversations', () => {
  const list = [row('bob', 5), row('cleo', 3, 1)];

  it('takes a new entry to the top', () => {
    const next = withEntry(list, person('cleo'), entry(6), 2);
    expect(handles(next)).toEqual(['cleo', 'bob']);
    expect(next[0]).toMatchObject({ unread: 2, last: { seq: 6 } });
  });

  it('takes up a new conversation', () => {
    expect(handles(withEntry(list, person('dan'), entry(4), 1))).toEqual(['bob', 'dan', 'cleo']);
  });

  it('does not go back to an older entry', () => {
    expect(withEntry(list, person('bob'), entry(4), 1)).toEqual(list);
  });

  it('counts conversations with something unread', () => {
    expect(unreadOf(list)).toBe(1);
    expect(unreadOf(withRead(list, 'cleo', 0))).toBe(0);
  });
});
