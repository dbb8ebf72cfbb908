import { describe, expect, it } from 'vitest';
import type { Quiet, QuietHours } from '../api/types';
import { choices, chosen, fieldOf, isQuiet, minuteOf, settled, sound, standing } from './quiet.pure';

const at = (text: string) => Date.parse(text);
const days = (marks: string) => [...marks].map((mark) => mark === '1');
const hours = (from: number, until: number, marks = '1111111'): QuietHours => ({ from, until, days: days(marks) });
const off: Quiet = { on: false, zone: 'UTC' };
/** Minutes into the week that begins on Monday 2026-11-23. */
const week = (weekday: number, minute: number) => at('2026-11-23T00:00:00Z') + (weekday * 1440 + minute) * 60_000;

describe('do not disturb', () => {
  it('is on by the switch until its end', () => {
    const now = at('2026-11-22T14:30:00Z');
    expect(isQuiet(off, now)).toBe(false);
    expect(isQuiet({ ...off, on: true }, now)).toBe(true);
    expect(isQuiet({ ...off, on: true, until: now + 1 }, now)).toBe(true);
    expect(isQuiet({ ...off, on: true, until: now }, now)).toBe(false);
    expect(isQuiet({ ...off, on: false, until: now + 1 }, now)).toBe(false);
  });

  // The rows of `crates/call/tests/quiet.rs`.
  it.each([
    [1350, 420, '0000110', 4, 1349, false],
    [1350, 420, '0000110', 4, 1350, true],
    [1350, 420, '0000110', 4, 0, false],
    [1350, 420, '0000110', 5, 0, true],
    [1350, 420, '0000110', 5, 419, true],
    [1350, 420, '0000110', 5, 420, false],
    [1350, 420, '0000110', 5, 1439, true],
    [1350, 420, '0000110', 6, 419, true],
    [1350, 420, '0000110', 6, 1350, false],
    [1350, 420, '0000110', 0, 0, false],
    [1380, 60, '0000001', 0, 59, true],
    [1380, 60, '0000001', 0, 60, false],
    [540, 1020, '1111100', 0, 540, true],
    [540, 1020, '1111100', 0, 1020, false],
    [540, 1020, '1111100', 5, 700, false],
  ])('from %i until %i on %s: day %i, minute %i is %s', (from, until, marks, weekday, minute, quiet) => {
    expect(isQuiet({ ...off, hours: hours(from, until, marks) }, week(weekday, minute))).toBe(quiet);
  });

  it('agrees with intervals of the week, whatever the days', () => {
    for (const [from, until] of [
      [0, 1],
      [1439, 0],
      [600, 601],
      [1000, 999],
      [0, 1439],
    ] as const) {
      for (let mask = 1; mask < 128; mask += 1) {
        const rule = { from, until, days: Array.from({ length: 7 }, (_, day) => ((mask >> day) & 1) === 1) };
        expect(sound(rule)).toBe(true);
        const length = (until - from + 1440) % 1440;
        for (const [weekday, minute] of [
          [0, 0],
          [0, 1],
          [2, 600],
          [3, 999],
          [3, 1000],
          [6, 1439],
        ] as const) {
          const inside = rule.days.some((begins, day) => {
            const into = (weekday * 1440 + minute - day * 1440 - from + 2 * 10_080) % 10_080;
            return begins && into < length;
          });
          expect(isQuiet({ ...off, hours: rule }, week(weekday, minute)), `${from} ${until} ${mask}`).toBe(inside);
        }
      }
    }
  });

  it.each([
    [hours(0, 1), true],
    [hours(600, 600), false],
    [hours(1440, 0), false],
    [hours(0, 1440), false],
    [hours(0, 1, '0000000'), false],
  ])('keeps hours that mean something: %j', (rule, good) => {
    expect(sound(rule)).toBe(good);
  });

  it('is kept in the zone it was made in', () => {
    const night: Quiet = { on: false, zone: 'Europe/Berlin', hours: hours(1320, 420) };
    expect(isQuiet(night, at('2026-11-22T21:00:00Z'))).toBe(true);
    expect(isQuiet(night, at('2026-11-22T20:59:00Z'))).toBe(false);
    expect(isQuiet({ ...night, zone: '' }, at('2026-11-22T21:00:00Z'))).toBe(false);
  });
});

describe('how things stand', () => {
  const night: Quiet = { ...off, hours: hours(1320, 420) };
  const evening = at('2026-11-22T20:00:00Z');

  it.each<[string, Quiet, string, { on: boolean; until?: string; begins?: string }]>([
    ['off', off, '2026-11-22T14:30:00Z', { on: false }],
    ['on for good', { ...off, on: true }, '2026-11-22T14:30:00Z', { on: true }],
    ['on, and hours as well', { ...night, on: true }, '2026-11-22T23:30:00Z', { on: true }],
    ['before the hours', night, '2026-11-22T14:30:00Z', { on: false, begins: '2026-11-22T22:00:00Z' }],
    ['in the hours', night, '2026-11-22T22:00:00Z', { on: true, until: '2026-11-23T07:00:00Z' }],
    ['after midnight', night, '2026-11-23T06:59:00Z', { on: true, until: '2026-11-23T07:00:00Z' }],
    ['after them', night, '2026-11-23T07:00:00Z', { on: false, begins: '2026-11-23T22:00:00Z' }],
    [
      'on the only day, after its hours',
      { ...off, hours: hours(540, 1020, '0000001') },
      '2026-11-22T17:00:00Z',
      { on: false, begins: '2026-11-29T09:00:00Z' },
    ],
    [
      'until the evening',
      { ...off, on: true, until: evening },
      '2026-11-22T14:30:00Z',
      { on: true, until: '2026-11-22T20:00:00Z' },
    ],
    [
      'the switch ends in the hours',
      { ...night, on: true, until: at('2026-11-22T23:00:00Z') },
      '2026-11-22T21:00:00Z',
      { on: true, until: '2026-11-23T07:00:00Z' },
    ],
    [
      'the hours end before the switch',
      { ...night, on: true, until: at('2026-11-23T08:00:00Z') },
      '2026-11-22T23:00:00Z',
      { on: true, until: '2026-11-23T08:00:00Z' },
    ],
  ])('%s', (_, quiet, now, expected) => {
    const found = standing(quiet, at(now));
    const text = (moment: number | undefined) => moment && new Date(moment).toISOString().replace('.000', '');
    expect({ on: found.on, until: text(found.until), begins: text(found.begins) }).toEqual({
      until: undefined,
      begins: undefined,
      ...expected,
    });
  });

  it('ends within a day also over hours that leave a minute', () => {
    const nearly: Quiet = { ...off, hours: hours(600, 599) };
    expect(standing(nearly, week(1, 0)).until).toBe(week(1, 599));
  });
});

describe('the spans to choose from', () => {
  const spans = (now: string, zone = 'UTC') =>
    choices(at(now), zone).map(({ span, until }) => (until ? `${span} ${new Date(until).toISOString()}` : span));

  it('leave out an evening that has begun, and know the morning of the same day', () => {
    expect(spans('2026-11-22T14:30:00Z')).toEqual([
      'open',
      'hour 2026-11-22T15:30:00.000Z',
      'evening 2026-11-22T18:00:00.000Z',
      'morning 2026-11-23T08:00:00.000Z',
    ]);
    expect(spans('2026-11-22T18:00:00Z')).toEqual([
      'open',
      'hour 2026-11-22T19:00:00.000Z',
      'morning 2026-11-23T08:00:00.000Z',
    ]);
    expect(spans('2026-11-23T01:00:00Z').at(-1)).toBe('morning 2026-11-23T08:00:00.000Z');
    expect(spans('2026-11-22T14:30:00Z', 'Asia/Tokyo').at(-1)).toBe('morning 2026-11-22T23:00:00.000Z');
  });

  it('say which was chosen, also later', () => {
    const quiet = (until?: string): Quiet => (until ? { ...off, on: true, until: at(until) } : { ...off, on: true });
    const now = at('2026-11-22T14:30:00Z');
    expect(chosen(quiet(), now, 'UTC')).toBe('open');
    expect(chosen(quiet('2026-11-22T18:00:00Z'), now, 'UTC')).toBe('evening');
    expect(chosen(quiet('2026-11-23T08:00:00Z'), now, 'UTC')).toBe('morning');
    expect(chosen(quiet('2026-11-23T08:00:00Z'), at('2026-11-23T00:30:00Z'), 'UTC')).toBe('morning');
    expect(chosen(quiet('2026-11-22T15:12:00Z'), now, 'UTC')).toBe('hour');
  });

  it('do not come back with another change once they are over', () => {
    const now = at('2026-11-22T14:30:00Z');
    const past = { ...off, on: true, until: now - 1 };
    expect(settled(past, now)).toEqual(off);
    expect(settled({ ...past, until: now + 1 }, now)).toEqual({ ...off, on: true, until: now + 1 });
    expect(settled({ ...off, on: true }, now)).toEqual({ ...off, on: true });
  });
});

describe('a time in a field', () => {
  it.each([
    ['22:30', 1350],
    ['00:00', 0],
    ['07:05:30', 425],
    ['', undefined],
  ])('%j', (text, minute) => {
    expect(minuteOf(text)).toBe(minute);
    if (minute !== undefined) expect(fieldOf(minute)).toBe(text.slice(0, 5));
  });
});
