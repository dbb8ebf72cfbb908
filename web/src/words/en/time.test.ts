import { describe, expect, it } from 'vitest';
import { time } from './time.pure';

const { ago, ahead, brief, briefWithClock, clock, clockWithSeconds, dateOf, day, duration, length, stopwatch } = time;
const at = (text: string) => Date.parse(text);
/** A Sunday. */
const here = { now: at('2026-11-22T14:30:00Z'), zone: 'UTC' };

describe('moments in words', () => {
  it('tell the time in the zone of the reader', () => {
    expect(clock(at('2026-11-22T00:05:00Z'), 'UTC')).toBe('00:05');
    expect(clock(at('2026-11-22T00:05:00Z'), 'Asia/Tokyo')).toBe('09:05');
    expect(dateOf(at('2026-11-22T23:30:00Z'), 'UTC')).toBe('2026-11-22');
    expect(dateOf(at('2026-11-22T23:30:00Z'), 'Asia/Tokyo')).toBe('2026-11-23');
  });

  it.each([
    [0, '0:00'],
    [12.9, '0:12'],
    [120, '2:00'],
    [-1, '0:00'],
  ])('count %s seconds as %s', (seconds, words) => {
    expect(stopwatch(seconds)).toBe(words);
  });

  it.each([
    ['2026-11-22T00:00:00Z', 'Today'],
    ['2026-11-21T23:59:00Z', 'Yesterday'],
    ['2026-11-20T12:00:00Z', 'Friday 20 November'],
    ['2025-11-20T12:00:00Z', '20 November 2025'],
  ])('name the day of %s', (moment, words) => {
    expect(day(at(moment), here)).toBe(words);
  });

  it.each([
    ['2026-11-22T14:02:00Z', '14:02', '14:02'],
    ['2026-11-21T14:02:00Z', 'Yesterday', 'Yesterday 14:02'],
    ['2026-11-20T14:02:00Z', 'Fri', 'Fri 14:02'],
    ['2026-11-15T14:02:00Z', '15 Nov', '15 Nov 14:02'],
    ['2025-12-15T14:02:00Z', '15 Dec 2025', '15 Dec 2025 14:02'],
  ])('are short in a list: %s', (moment, short, withClock) => {
    expect(brief(at(moment), here)).toBe(short);
    expect(briefWithClock(at(moment), here)).toBe(withClock);
  });

  it.each([
    ['2026-11-22T22:00:00Z', '22:00'],
    ['2026-11-23T07:00:00Z', '07:00'],
    ['2026-11-23T14:30:00Z', 'Mon 14:30'],
    ['2026-11-28T07:00:00Z', 'Sat 07:00'],
    ['2026-11-30T07:00:00Z', '30 Nov 07:00'],
  ])('look ahead to %s', (moment, words) => {
    expect(ahead(at(moment), here)).toBe(words);
  });

  it('tell seconds where they count', () => {
    expect(clockWithSeconds(at('2026-11-22T14:02:09Z'), 'UTC')).toBe('14:02:09');
  });

  it('let a timer grow from minutes to hours', () => {
    expect([0, 59, 125, 3_725].map(duration)).toEqual(['00:00', '00:59', '02:05', '1:02:05']);
    expect(duration(-3)).toBe('00:00');
  });

  it('count days by midnights, also over a change of summer time', () => {
    const berlin = { now: at('2026-03-29T22:30:00Z'), zone: 'Europe/Berlin' };
    expect(day(at('2026-03-28T23:30:00Z'), berlin)).toBe('Yesterday');
  });

  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [754, '12 min'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
  ])('say how long %i seconds are', (seconds, words) => {
    expect(length(seconds)).toBe(words);
  });

  it.each([
    ['2026-11-22T14:29:00Z', 'just now'],
    ['2026-11-22T14:20:00Z', '10 min ago'],
    ['2026-11-22T09:20:00Z', '5 h ago'],
    ['2026-11-20T09:20:00Z', 'Fri'],
  ])('say how long ago %s was', (moment, words) => {
    expect(ago(at(moment), here)).toBe(words);
  });
});
