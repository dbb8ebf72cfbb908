import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallStanding } from '../api/types';
import { alwaysShows, clockOffset, pause, RING_AGAIN, stillMeant, verdict } from './ring.pure';

const DEADLINE = 100_000;
const standing = (more: Partial<CallStanding>) => ({
  standing: {
    call: '018f',
    with: { handle: 'ann', name: 'Ann', verified: false },
    role: 'callee',
    kind: 'audio',
    at: 0,
    phase: 'ringing',
    deadline: DEADLINE,
    missed: false,
    ...more,
  } satisfies CallStanding,
});

describe('what a ring is worth', () => {
  it('rings while the server says that it rings', () => {
    expect(verdict(DEADLINE, standing({}), 99_999)).toBe('ring');
  });

  it('is a missed call when it is over and was missed, however the clock goes', () => {
    expect(verdict(DEADLINE, standing({ phase: 'ended', missed: true }), 1)).toBe('missed');
  });

  it('is nothing when it was answered or declined, or is a call of one’s own', () => {
    expect(verdict(DEADLINE, standing({ phase: 'ended' }), 1)).toBe('quiet');
    expect(verdict(DEADLINE, standing({ phase: 'connecting' }), 1)).toBe('quiet');
    expect(verdict(DEADLINE, standing({ phase: 'active' }), 1)).toBe('quiet');
    expect(verdict(DEADLINE, standing({ role: 'caller' }), 1)).toBe('quiet');
    expect(verdict(DEADLINE, 'not_ours', 1)).toBe('quiet');
  });

  it('goes by the clock where the server does not answer', () => {
    expect(verdict(DEADLINE, 'silence', 99_999)).toBe('ring');
    expect(verdict(DEADLINE, 'silence', DEADLINE)).toBe('missed');
  });

  it('never rings at or after its deadline (C-14)', () => {
    const phases = fc.constantFrom('ringing', 'connecting', 'active', 'ended' as const);
    const word = fc.oneof(
      fc.constantFrom('silence', 'not_ours' as const),
      fc.record({ phase: phases, missed: fc.boolean() }).map(standing),
    );
    fc.assert(
      fc.property(word, fc.nat(1_000_000), (said, late) => verdict(DEADLINE, said, DEADLINE + late) !== 'ring'),
    );
  });
});

describe('the clock', () => {
  const now = Date.parse('Sun, 22 Nov 2026 14:00:00 GMT');

  it('is set right by an answer, where it is off by more than answers take', () => {
    expect(clockOffset('Sun, 22 Nov 2026 14:01:00 GMT', now)).toBe(60_000);
    expect(clockOffset('Sun, 22 Nov 2026 13:00:00 GMT', now)).toBe(-3_600_000);
  });

  it('is left alone by an answer that says nothing else, or nothing', () => {
    expect(clockOffset('Sun, 22 Nov 2026 14:00:02 GMT', now)).toBe(0);
    expect(clockOffset(null, now)).toBe(0);
    expect(clockOffset('yesterday', now)).toBe(0);
  });
});

it('sounds again every few seconds, and looks up at the deadline', () => {
  expect(pause(DEADLINE, 0)).toBe(RING_AGAIN);
  expect(pause(DEADLINE, DEADLINE - 10)).toBe(10);
  expect(pause(DEADLINE, DEADLINE + 10)).toBe(0);
});

it('takes a press for a minute, and none from the future', () => {
  expect(stillMeant(1_000, 1_000)).toBe(true);
  expect(stillMeant(1_000, 60_999)).toBe(true);
  expect(stillMeant(1_000, 61_000)).toBe(false);
  expect(stillMeant(1_000, 999)).toBe(false);
});

it('knows the systems that want each push to show something', () => {
  const safari = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.4 Safari/605.1.15';
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 CriOS/140 Mobile Safari/604.1';
  const chrome = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
  const firefox = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0';
  expect([safari, phone, chrome, firefox].map(alwaysShows)).toEqual([true, true, false, false]);
});
