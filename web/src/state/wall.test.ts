import { describe, expect, it } from 'vitest';
import { momentAt, wallAt } from './wall.pure';

const at = (text: string) => Date.parse(text);

describe('the clock on the wall', () => {
  // 2026-07-05 and 2026-12-06, Sundays: as `crates/server/src/clock.rs` has it.
  it.each([
    ['', [6, 1410], [6, 1410]],
    ['Europe/Berlin', [0, 90], [0, 30]],
    ['America/New_York', [6, 1170], [6, 1110]],
    ['Asia/Kolkata', [0, 300], [0, 300]],
    ['No/Where', [6, 1410], [6, 1410]],
  ])('knows %s and its summer', (zone, summer, winter) => {
    for (const [now, there] of [
      ['2026-07-05T23:30:00Z', summer],
      ['2026-12-06T23:30:00Z', winter],
    ] as const) {
      const { weekday, minute } = wallAt(at(now), zone);
      expect([weekday, minute], now).toEqual(there);
    }
  });

  it.each([
    ['the same day', '2026-11-22T14:30:40Z', 'UTC', 0, 1080, '2026-11-22T18:00:00Z'],
    ['over the end of a month', '2026-11-30T14:30:00Z', 'UTC', 1, 480, '2026-12-01T08:00:00Z'],
    ['elsewhere, where it is another day', '2026-11-22T20:00:00Z', 'Asia/Tokyo', 1, 0, '2026-11-23T15:00:00Z'],
    ['over the beginning of summer time', '2026-03-28T22:00:00Z', 'Europe/Berlin', 1, 480, '2026-03-29T06:00:00Z'],
    ['over its end', '2026-10-24T22:00:00Z', 'Europe/Berlin', 0, 480, '2026-10-25T07:00:00Z'],
    ['the first of a time that comes twice', '2026-10-24T22:00:00Z', 'Europe/Berlin', 0, 150, '2026-10-25T00:30:00Z'],
  ])('shows a minute at a moment: %s', (_, now, zone, days, minute, moment) => {
    expect(new Date(momentAt(wallAt(at(now), zone), days, minute, zone)).toISOString()).toBe(
      new Date(moment).toISOString(),
    );
  });

  it('shows what is skipped behind the gap', () => {
    const skipped = momentAt(wallAt(at('2026-03-29T12:00:00Z'), 'Europe/Berlin'), 0, 150, 'Europe/Berlin');
    expect(new Date(skipped).toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });
});
