import { describe, expect, it } from 'vitest';
import type { CallRecord, ConversationSummary } from '../api/types';
import { unseenMissed } from './missed.pure';

const person = (handle: string) => ({ handle, name: handle, verified: false });
const call = (handle: string, at: number): CallRecord => ({
  call: String(at).padStart(16, '0'),
  with: person(handle),
  role: 'callee',
  kind: 'audio',
  at,
  outcome: 'no_answer',
  seconds: 0,
});
const talk = (handle: string, unread: number): ConversationSummary => ({
  with: person(handle),
  last: { seq: 1, at: 1, from: handle, body: { type: 'message', text: '' } },
  unread,
});

describe('the mark at Calls', () => {
  const calls = [call('bob', 30), call('cleo', 20), call('bob', 10)];

  it.each([
    ['counts what was missed since the last look', [talk('bob', 2), talk('cleo', 1)], 15, 2],
    ['does not count what was read on any device', [talk('bob', 0), talk('cleo', 1)], 0, 1],
    ['is not there after a look at the history', [talk('bob', 2), talk('cleo', 1)], 30, 0],
    ['is not there for conversations that are gone', [], 0, 0],
  ])('%s', (_, conversations, seen, expected) => {
    expect(unseenMissed(calls, conversations, seen)).toBe(expected);
  });
});
