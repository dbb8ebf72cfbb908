import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownOf, wished } from './reactions.pure';

const by = (emoji: string, ...who: string[]) => ({ emoji, by: who });

it('one emoji a person: another takes its place, and the same stays', () => {
  const before = [by('👍', 'ann', 'bob'), by('🦆', 'cleo')];
  expect(wished(before, 'ann', '🦆')).toEqual([by('👍', 'bob'), by('🦆', 'cleo', 'ann')]);
  expect(wished(before, 'ann', '👍')).toEqual(before);
  expect(wished(before, 'cleo', undefined)).toEqual([by('👍', 'ann', 'bob')]);
  expect(wished([], 'ann', '❤️')).toEqual([by('❤️', 'ann')]);
});

it('whatever was wanted before, the last wish holds and touches nobody else', () => {
  const emoji = fc.constantFrom('👍', '🦆', '❤️', undefined);
  fc.assert(
    fc.property(fc.array(emoji), emoji, (wishes, last) => {
      const start = [by('👍', 'bob')];
      const end = [...wishes, last].reduce((now, wish) => wished(now, 'ann', wish), start);
      expect(ownOf(end, 'ann')).toBe(last);
      expect(ownOf(end, 'bob')).toBe('👍');
      expect(end.every((one) => one.by.length > 0)).toBe(true);
    }),
  );
});
