import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { CHANGEABLE, changed, isEditable, isRecallable, newestEditable, quoteOf, without } from './changes.pure';

const entry = (seq: number, more: Partial<Entry> = {}): Entry => ({
  seq,
  at: 1_000,
  from: 'ann',
  body: { type: 'message', text: `message ${seq}` },
  ...more,
});
const gone = { type: 'deleted' } as const;

describe('what its author can still do', () => {
  it('ends with the fifteenth minute', () => {
    expect(isEditable(entry(1), 'ann', 1_000 + CHANGEABLE)).toBe(true);
    expect(isEditable(entry(1), 'ann', 1_001 + CHANGEABLE)).toBe(false);
    expect(isRecallable(entry(1), 'ann', 1_001 + CHANGEABLE)).toBe(false);
  });

  it('is for the author alone, and changes words only', () => {
    expect(isEditable(entry(1), 'bob', 1_000)).toBe(false);
    expect(isRecallable(entry(1), 'bob', 1_000)).toBe(false);
    const voice = entry(1, { body: { type: 'voice', seconds: 3 } });
    expect([isEditable(voice, 'ann', 1_000), isRecallable(voice, 'ann', 1_000)]).toEqual([false, true]);
    expect(isRecallable(entry(1, { body: gone }), 'ann', 1_000)).toBe(false);
  });

  it('is found from the newest message of one’s own', () => {
    const entries = [entry(1), entry(2), entry(3, { from: 'bob' }), entry(4, { body: gone })];
    expect(newestEditable(entries, 'ann', 1_000)?.seq).toBe(2);
    expect(newestEditable(entries, 'ann', 1_001 + CHANGEABLE)).toBeUndefined();
    expect(newestEditable([], 'ann', 0)).toBeUndefined();
  });
});

describe('an entry that is not what it was', () => {
  it('takes its place, also where it is quoted, and never comes in anew', () => {
    const answer = entry(2, { reply_to: quoteOf(entry(1)) });
    const news = entry(1, { body: { type: 'message', text: 'else' }, edited: 2_000 });
    expect(changed([entry(1), answer], news)).toEqual([news, { ...answer, reply_to: quoteOf(news) }]);
    expect(changed([entry(2)], entry(1))).toEqual([entry(2)]);
  });

  it('keeps the places of all others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30)), fc.nat(30), (seqs, seq) => {
        const before = seqs.map((one) => entry(one));
        expect(changed(before, entry(seq, { body: gone })).map((one) => one.seq)).toEqual(seqs);
        expect(without(before, seq).map((one) => one.seq)).toEqual(seqs.filter((one) => one !== seq));
      }),
    );
  });

  it('is quoted in short, between characters', () => {
    const long = quoteOf(entry(1, { body: { type: 'message', text: '🦆'.repeat(300) } }));
    expect(long.body).toEqual({ type: 'message', text: `${'🦆'.repeat(200)}…` });
  });

  it('that was deleted for oneself is not told by its quotes', () => {
    const answer = entry(2, { reply_to: quoteOf(entry(1)) });
    expect(without([entry(1), answer], 1)).toEqual([{ ...answer, reply_to: { seq: 1, body: gone } }]);
  });
});
