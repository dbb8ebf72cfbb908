import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { climb, ground, type Ladder, limitsOf, type Step } from './ladder.pure';
import type { Reading } from './quality.pure';

const clear: Reading = {
  at: 0,
  lostThere: { audio: 0, video: 0 },
  reportedAt: { audio: null, video: null },
  roundTrip: 40,
  available: 2_500_000,
  limited: false,
  sound: null,
};
const lossy = (audio: number, video: number | null = audio): Reading => ({ ...clear, lostThere: { audio, video } });
/** Bandwidth as Chromium tells it while it holds back. */
const narrow = (available: number): Reading => ({ ...clear, available, limited: true });

function look(from: Ladder, reading: Reading, looks: number): Ladder {
  let ladder = from;
  for (let done = 0; done < looks; done += 1) ladder = climb(ladder, reading);
  return ladder;
}

/** The steps that were taken, with the looks they took. */
function steps(from: Ladder, reading: Reading, looks: number): [Step, number][] {
  const seen: [Step, number][] = [[from.step, 0]];
  let ladder = from;
  for (let done = 0; done < looks; done += 1) {
    ladder = climb(ladder, reading);
    const last = seen.at(-1);
    if (last?.[0] === ladder.step) last[1] += 1;
    else seen.push([ladder.step, 1]);
  }
  return seen;
}

const steady = look(ground, clear, 10);
const held = look(steady, lossy(0.3), 3);

describe('the picture on a poor network', () => {
  it('is sent in full while the network is clear, and the browser decides alone', () => {
    expect(steps(ground, clear, 50)).toEqual([['full', 50]]);
    expect(limitsOf('full', false)).toEqual({ active: true, scale: 1, bitrate: null, frames: null });
  });

  it('does not follow one bad look', () => {
    expect(look(climb(steady, lossy(0.5)), clear, 1).step).toBe('full');
  });

  it('steps down where some is lost, and stays the smallest rather than go', () => {
    expect(steps(steady, lossy(0.12), 20)).toEqual([
      ['full', 1],
      ['less', 2],
      ['least', 17],
    ]);
  });

  it('is held back soon where much is lost, of the sound or of the picture', () => {
    expect(held.step).toBe('held');
    expect(look(steady, lossy(0, 0.3), 3).step).toBe('held');
    expect(limitsOf('held', false).active).toBe(false);
    expect(limitsOf('held', true).active).toBe(false);
  });

  it('does not take one moment of loss for several, however late it is told about sound and about the picture', () => {
    // A change of network: nothing for two seconds. The picture's report comes first, the sound's five seconds later, and
    // each stands until the next.
    const told = (audio: [number, number], video: [number, number]): Reading => ({
      ...clear,
      lostThere: { audio: audio[0], video: video[0] },
      reportedAt: { audio: audio[1], video: video[1] },
    });
    const weather = [
      told([0, 1], [0.6, 1]),
      told([0, 1], [0, 2]),
      told([0.4, 2], [0, 3]),
      told([0.4, 2], [0, 4]),
      told([0.4, 2], [0, 5]),
      told([0, 3], [0, 6]),
    ];
    expect(weather.reduce(climb, steady).step).toBe('full');
    // The control: loss that goes on is told anew each time.
    const lasting = [2, 3, 4].map((at) => told([0.4, 2], [0.4, at]));
    expect(lasting.reduce(climb, steady).step).toBe('held');
  });

  it('waits for news of the sound where no picture is sent', () => {
    const told = (loss: number, at: number): Reading => ({
      ...lossy(loss, null),
      reportedAt: { audio: at, video: null },
    });
    const still = (reading: Reading): Reading => ({ ...reading, reportedAt: { ...reading.reportedAt, video: 9 } });
    // Without a picture its last report stays what it was.
    const from = climb(held, still(told(0.3, 1)));
    const stale = look(from, still(told(0.3, 1)), 20);
    expect([stale.step, stale.calm]).toEqual(['held', 0]);
    const good = climb(stale, still(told(0, 2)));
    expect(look(good, still(told(0, 2)), 3).step).toBe('least');
  });

  it('steps down where packets wait in a queue, not where the way is long', () => {
    const far = look(ground, { ...clear, roundTrip: 620 }, 20);
    expect(far.step).toBe('full');
    expect(look(far, { ...clear, roundTrip: 1_100 }, 2).step).toBe('less');
    expect(look(far, { ...clear, roundTrip: 1_700 }, 3).step).toBe('held');
  });

  it('goes by the bandwidth where the browser holds back for it, once its estimate has settled', () => {
    expect(look(ground, narrow(300_000), 3).step).toBe('full');
    expect(look(steady, narrow(300_000), 20).step).toBe('less');
    expect(look(steady, narrow(150_000), 20).step).toBe('least');
    expect(look(steady, narrow(80_000), 3).step).toBe('held');
    // A picture in which nothing moves takes little, and says nothing about the network.
    expect(look(steady, { ...narrow(80_000), limited: false }, 20).step).toBe('full');
  });

  it('knows what to do where the browser counts less', () => {
    const blind: Reading = { ...clear, lostThere: { audio: null, video: null }, roundTrip: null, available: null };
    expect(look(ground, blind, 50).step).toBe('full');
    expect(look(held, blind, 4).step).toBe('least');
  });
});

describe('the way up', () => {
  it('goes step by step, and only where it is calm', () => {
    expect(steps(held, clear, 14)).toEqual([
      ['held', 3],
      ['least', 4],
      ['less', 4],
      ['full', 3],
    ]);
    expect(look(held, lossy(0.15), 100).step).toBe('held');
    expect(look(look(steady, lossy(0.12), 10), lossy(0.05), 100).step).toBe('least');
  });

  it('is tried less and less often where it fails, but for ever at least once a minute', () => {
    const waits: number[] = [];
    let ladder = held;
    for (let time = 0; time < 6; time += 1) {
      let looks = 0;
      for (; ladder.step === 'held'; looks += 1) ladder = climb(ladder, clear);
      waits.push(looks);
      ladder = look(ladder, lossy(0.3), 3);
    }
    expect(waits).toEqual([4, 8, 16, 32, 32, 32]);
  });

  it('is as quick as at first once a step has proved itself', () => {
    const failed = look(look(held, clear, 4), lossy(0.3), 3);
    expect(failed.patience).toBe(8);
    expect(look(failed, clear, 8 + 6).patience).toBe(4);
  });

  it('never skips a step and never starves the picture for good', () => {
    const order: Step[] = ['held', 'least', 'less', 'full'];
    const any = fc.record({
      loss: fc.constantFrom(0, 0.02, 0.08, 0.15, 0.4),
      roundTrip: fc.constantFrom(null, 30, 300, 900, 2_000),
      available: fc.constantFrom(null, 50_000, 200_000, 3_000_000),
      limited: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 80 }), (weather) => {
        let ladder = ground;
        for (const { loss, ...rest } of weather) {
          const next = climb(ladder, { ...clear, ...rest, lostThere: { audio: loss, video: null } });
          expect(order.indexOf(next.step)).toBeLessThanOrEqual(order.indexOf(ladder.step) + 1);
          ladder = next;
        }
        const calm = { ...clear, roundTrip: ladder.shortest };
        expect(look(ladder, calm, 32 + 3 * 8 + 8).step).toBe('full');
      }),
    );
  });
});

describe('a screen', () => {
  it('keeps its pixels, because text has to stay legible', () => {
    for (const step of ['full', 'less', 'least'] as const) {
      expect(limitsOf(step, true).scale).toBe(1);
      expect(limitsOf(step, true).active).toBe(true);
    }
    expect(limitsOf('least', true).frames).toBeLessThan(limitsOf('least', false).frames ?? 0);
  });
});
