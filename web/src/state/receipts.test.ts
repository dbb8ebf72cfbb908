import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { receiptsOf } from './receipts.pure';
import { due, EVERY, LASTS } from './typing.pure';

const entry = (seq: number, from: string, type: 'message' | 'call' = 'message'): Entry => ({
  seq,
  at: seq,
  from,
  body:
    type === 'message' ? { type, text: `${seq}` } : { type, call: '1', kind: 'audio', outcome: 'answered', seconds: 1 },
});

describe('receipts', () => {
  const talk = [entry(1, 'ann'), entry(2, 'bob'), entry(3, 'ann'), entry(5, 'ann')];

  it('stand below the last message that was read, and below the last that was not', () => {
    expect(receiptsOf(talk, 'ann', undefined)).toEqual([{ seq: 5 }]);
    expect(receiptsOf(talk, 'ann', { seq: 3, at: 70 })).toEqual([{ seq: 3, read: 70 }, { seq: 5 }]);
    expect(receiptsOf(talk, 'ann', { seq: 5, at: 70 })).toEqual([{ seq: 5, read: 70 }]);
    // What was deleted for oneself is not below anything.
    expect(receiptsOf(talk, 'ann', { seq: 4, at: 70 })[0]).toEqual({ seq: 3, read: 70 });
  });

  it('say nothing of calls, nor once the other side has answered an unread message', () => {
    expect(receiptsOf([...talk, entry(6, 'bob')], 'ann', undefined)).toEqual([]);
    expect(receiptsOf([entry(1, 'ann', 'call')], 'ann', { seq: 1, at: 1 })).toEqual([]);
    expect(receiptsOf([], 'ann', { seq: 1, at: 1 })).toEqual([]);
  });

  it('tell of typing in a rhythm that does not flicker', () => {
    expect(due(undefined, 0)).toBe(true);
    expect(due(0, EVERY - 1)).toBe(false);
    expect(due(0, EVERY)).toBe(true);
    expect(LASTS).toBeGreaterThan(EVERY);
  });
});
