import { describe, expect, it } from 'vitest';
import { calls } from './calls';
import { at, time } from './number.pure';

const moment = (text: string) => Date.parse(text);
/** A Sunday. */
const here = { now: moment('2026-11-22T14:30:00Z'), zone: 'UTC' };

describe('numbers in Arabic', () => {
  it.each([
    [1, 'مكالمة فائتة واحدة'],
    [2, 'مكالمتان فائتتان'],
    [3, '3 مكالمات فائتة'],
    [10, '10 مكالمات فائتة'],
    [11, '11 مكالمة فائتة'],
    [99, '99 مكالمة فائتة'],
    [100, '100 مكالمة فائتة'],
    [103, '103 مكالمات فائتة'],
  ])('count %i missed calls', (count, words) => {
    expect(calls.missedNews(count)).toBe(words);
  });

  it.each([
    [1, 'ثانية واحدة'],
    [45, '45 ثانية'],
    [120, 'دقيقتان'],
    [300, '5 دقائق'],
    [3900, 'ساعة واحدة و5 دقائق'],
  ])('say how long %i seconds are', (seconds, words) => {
    expect(time.length(seconds)).toBe(words);
  });

  it.each([
    ['2026-11-22T14:02:00Z', '14:02', 'اليوم'],
    ['2026-11-21T14:02:00Z', 'أمس', 'أمس'],
    ['2026-11-20T14:02:00Z', 'الجمعة', 'الجمعة، 20 نوفمبر'],
    ['2025-11-20T14:02:00Z', '20 نوفمبر 2025', '20 نوفمبر 2025'],
  ])('name %s with the same digits everywhere', (when, brief, day) => {
    expect(time.brief(moment(when), here)).toBe(brief);
    expect(time.day(moment(when), here)).toBe(day);
  });

  it('keep a handle as it is typed', () => {
    expect(at('ann')).toBe('\u2066@ann\u2069');
  });
});
