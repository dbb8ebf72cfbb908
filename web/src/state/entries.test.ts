import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { byDay, firstUnread, goesOn, merge } from './entries.pure';

const entry = (seq: number, from = 'bob', at = seq): Entry => ({
  seq,
  at,
  from,
  body: { type: 'message', text: `message ${seq}` },
});
const seqs = (entries: readonly Entry[]) => entries.map((one) => one.seq);

describe('entries', () => {
  it('come out by seq and once, whatever order they came in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(30), { maxLength: 10 }), { maxLength: 10 }), (pages) => {
        let known: Entry[] = [];
        for (const page of pages) {
          const sorted = [...page].sort((a, b) => a - b).map((seq) => entry(seq));
          known = merge(known, sorted);
        }
        expect(seqs(known)).toEqual([...new Set(pages.flat())].sort((a, b) => a - b));
      }),
    );
  });

  it('are replaced by newer knowledge', () => {
    const news: Entry = { ...entry(1), body: { type: 'message', text: 'new' } };
    expect(merge([entry(1), entry(2)], [news])).toEqual([news, entry(2)]);
  });

  it('are cut where the date changes', () => {
    const days = byDay([entry(1, 'bob', 1), entry(2, 'bob', 99), entry(3, 'bob', 100)], (at) =>
      String(Math.floor(at / 100)),
    );
    expect(days.map((day) => seqs(day.entries))).toEqual([[1, 2], [3]]);
    expect(days.map((day) => day.key)).toEqual(['0', '1']);
  });

  it('have days of their own also when the clock goes back over midnight', () => {
    const days = byDay([entry(1, 'bob', 100), entry(2, 'bob', 99), entry(3, 'bob', 100)], (at) =>
      String(Math.floor(at / 100)),
    );
    expect(days.map((day) => day.key)).toEqual(['1', '0', '1 1']);
  });

  it('are unread from the first of the other side', () => {
    const entries = [entry(1), entry(2, 'ann'), entry(3), entry(4)];
    expect(firstUnread(entries, 1, 'ann')).toBe(3);
    expect(firstUnread(entries, 4, 'ann')).toBeUndefined();
    expect(firstUnread(entries, 0, 'ann')).toBe(1);
  });

  it('stand together when one person writes on', () => {
    expect(goesOn(entry(1), entry(2))).toBe(true);
    expect(goesOn(entry(1), entry(2, 'ann'))).toBe(false);
    expect(goesOn(entry(1), entry(2, 'bob', 600_000))).toBe(false);
    expect(goesOn(entry(1), undefined)).toBe(false);
  });
});
