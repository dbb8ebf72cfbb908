import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from './hue.pure';

describe('avatars', () => {
  it('have a hue that stays', () => {
    expect(hueOf('ann')).toBe(hueOf('ann'));
    expect(new Set(['ann', 'bob', 'cleo', 'dan', 'eve'].map(hueOf)).size).toBe(5);
    fc.assert(
      fc.property(fc.string(), (handle) => {
        expect(hueOf(handle)).toBeGreaterThanOrEqual(0);
        expect(hueOf(handle)).toBeLessThanOrEqual(360);
      }),
    );
  });

  it.each([
    ['Ann Lee', 'AL'],
    ['Ann Maria Lee', 'AL'],
    ['ann', 'A'],
    ['', 'H'],
    ['🦆 Bob', 'B'],
    ['Émile Zola', 'ÉZ'],
    ['(Bob)', 'H'],
  ])('show the initials of %j', (name, initials) => {
    expect(initialsOf(name, 'handle')).toBe(initials);
  });
});
