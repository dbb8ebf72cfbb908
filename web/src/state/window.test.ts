import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { anchorOf, KEPT, type Window, withLive, withNewer, withOlder } from './window.pure';

const entry = (seq: number): Entry => ({ seq, at: seq, from: 'ann', body: { type: 'message', text: `${seq}` } });
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => entry(from + i));

describe('the window of a conversation', () => {
  it('is bounded, has no gaps, and knows what is on either side, wherever one scrolls', () => {
    const steps = fc.array(fc.constantFrom('older', 'newer', 'live at end', 'live further up'), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 50, max: 1_000 }), (walk, length) => {
        let end = length;
        let window: Window = { entries: range(end - 50, end), older: end > 50, newer: false };
        for (const step of walk) {
          const first = window.entries[0]?.seq ?? 0;
          const last = window.entries[window.entries.length - 1]?.seq ?? 0;
          if (step === 'older' && window.older) {
            const from = Math.max(0, first - 50);
            window = withOlder(window, range(from, first), from > 0);
            expect(window.entries[0]?.seq).toBe(from);
          } else if (step === 'newer' && window.newer) {
            const to = Math.min(end, last + 51);
            window = withNewer(window, range(last + 1, to), to < end);
            expect(window.entries[window.entries.length - 1]?.seq).toBe(to - 1);
          } else if (step.startsWith('live')) {
            window = withLive(window, [entry(end)], step === 'live at end' && !window.newer);
            end += 1;
            if (step === 'live further up') expect(window.entries[0]?.seq).toBe(first);
          }
          const seqs = window.entries.map((one) => one.seq);
          expect(seqs.length).toBeLessThanOrEqual(KEPT);
          expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
          expect(window.older).toBe((seqs[0] ?? 0) > 0);
          expect(window.newer).toBe((seqs[seqs.length - 1] ?? 0) < end - 1);
        }
      }),
    );
  });

  it('is held by the first entry that can be seen', () => {
    const rows = [
      { seq: 1, top: -90, bottom: -40 },
      { seq: 2, top: -40, bottom: 10 },
      { seq: 3, top: 10, bottom: 60 },
    ];
    expect(anchorOf(rows)).toEqual({ seq: 2, top: -40 });
    expect(anchorOf([])).toBeUndefined();
  });
});
