import { describe, expect, it } from 'vitest';
import { cityOf } from './city.pure';

describe('cityOf', () => {
  it.each([
    ['Europe/Berlin', 'Berlin'],
    ['America/New_York', 'New York'],
    ['America/Argentina/Buenos_Aires', 'Buenos Aires'],
    ['Etc/GMT+3', undefined],
    ['UTC', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is around %s', (zone, city) => {
    expect(cityOf(zone)).toBe(city);
  });
});
