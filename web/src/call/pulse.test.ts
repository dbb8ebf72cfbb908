import { describe, expect, it } from 'vitest';
import { noPulse, QUIET, READ_EVERY, read } from './pulse.pure';

/** What a row of readings tells, each so long after the one before. */
function tells(counts: readonly number[], every = READ_EVERY): (string | null)[] {
  let pulse = noPulse;
  return counts.map((count, at) => {
    const [next, what] = read(pulse, count, 1_000 + at * every);
    pulse = next;
    return what;
  });
}

const flow = (from: number, readings: number) => Array.from({ length: readings }, (_, at) => from + (at + 1) * 10);
const still = (count: number, readings: number) => Array.from({ length: readings }, () => count);

describe('the pulse of the other side', () => {
  it('is told once when it stops, and once when it is back', () => {
    const told = tells([...flow(0, 10), ...still(100, 10), ...flow(100, 5)]);
    expect(told.filter((what) => what !== null)).toEqual(['stopped', 'back']);
    expect(told.indexOf('stopped')).toBe(9 + QUIET / READ_EVERY);
    expect(told.indexOf('back')).toBe(20);
  });

  it('may hesitate', () => {
    expect(tells([...flow(0, 10), 100, 100, ...flow(100, 5)]).filter((what) => what !== null)).toEqual([]);
  });

  it('is not missed where there was none: no microphone, or nothing but a report now and then', () => {
    expect(tells(still(0, 30)).filter((what) => what !== null)).toEqual([]);
    expect(tells([1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4]).filter((what) => what !== null)).toEqual([]);
  });

  it('does not take a page that slept for a lost network when sound has come meanwhile', () => {
    expect(tells([10, 20, 30, 40, 50, 60], 10 * QUIET).filter((what) => what !== null)).toEqual([]);
  });
});
