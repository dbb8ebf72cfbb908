import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience, CallRule, UnrungReason } from '../../api/types';
import { after, obstacle, type Remedy, remedies, type Standing } from './remedy.pure';

const NOW = 1_000;
const none: Audience = { address_book: false, following: false, verified: false, everyone: false };
const stranger: Standing = {
  calling: { enabled: true, enhanced_privacy: false, audience: { ...none, address_book: true, following: true } },
  quiet: { on: false },
  blocked: false,
  following: false,
  inAddressBook: false,
  verified: false,
  letThrough: false,
  rule: undefined,
};
const allowing = (audience: Partial<Audience>) => ({ ...stranger.calling, audience: { ...none, ...audience } });
const hours = { from: 1_320, until: 420, days: [true, true, true, true, true, true, true] };

const first = (reason: UnrungReason, standing: Standing) => {
  const against = obstacle(reason, standing, NOW);
  return against && remedies(against, standing)[0];
};

describe('the remedy for a call that did not ring', () => {
  it.each<[string, UnrungReason, Partial<Standing>, Remedy | undefined]>([
    ['a stranger goes into the address book', 'audience', {}, { type: 'add' }],
    [
      'one whom a single box would let in is followed',
      'audience',
      { calling: allowing({ following: true }) },
      { type: 'follow' },
    ],
    [
      'one in the address book needs its box',
      'audience',
      { calling: allowing({}), inAddressBook: true, verified: true },
      { type: 'allow', box: 'address_book', add: false },
    ],
    [
      'one who is followed needs that box',
      'audience',
      { calling: allowing({ verified: true }), following: true },
      { type: 'allow', box: 'following', add: false },
    ],
    [
      'with no box ticked the address book is the smallest',
      'audience',
      { calling: allowing({}) },
      { type: 'allow', box: 'address_book', add: true },
    ],
    [
      'calling is switched on',
      'off',
      { calling: { ...stranger.calling, enabled: false }, following: true },
      { type: 'switch_on' },
    ],
    ['an exception is taken back', 'exception', { rule: 'never', following: true }, { type: 'lift' }],
    ['a block is lifted first', 'blocked', { blocked: true }, { type: 'unblock' }],
    [
      'quiet lets one person through',
      'do_not_disturb',
      { following: true, quiet: { on: true } },
      { type: 'let_through' },
    ],
    [
      'a schedule that kept it from ringing would do so again',
      'do_not_disturb',
      { following: true, quiet: { on: false, hours } },
      { type: 'let_through' },
    ],
    [
      'a schedule is no matter for other reasons',
      'audience',
      { following: true, quiet: { on: false, hours } },
      undefined,
    ],
    ['quiet that has ended is none', 'do_not_disturb', { following: true, quiet: { on: true, until: NOW } }, undefined],
    ['called too often passes by itself', 'limits', { following: true }, undefined],
  ])('%s', (_, reason, change, expected) => {
    expect(first(reason, { ...stranger, ...change })).toEqual(expected);
  });

  it('takes its obstacle away, whichever is pressed, and after at most four presses the next call rings', () => {
    const standing = fc.record({
      calling: fc.record({
        enabled: fc.boolean(),
        enhanced_privacy: fc.boolean(),
        audience: fc.record({
          address_book: fc.boolean(),
          following: fc.boolean(),
          verified: fc.boolean(),
          everyone: fc.boolean(),
        }),
      }),
      quiet: fc.record({ on: fc.boolean(), hours: fc.constantFrom(null, hours) }),
      blocked: fc.boolean(),
      following: fc.boolean(),
      inAddressBook: fc.boolean(),
      verified: fc.boolean(),
      letThrough: fc.boolean(),
      rule: fc.constantFrom<(CallRule | undefined)[]>(undefined, 'always', 'never'),
    });
    const reasons = fc.constantFrom<UnrungReason>(
      'blocked',
      'off',
      'exception',
      'audience',
      'do_not_disturb',
      'limits',
    );
    fc.assert(
      fc.property(standing, reasons, fc.nat(), (start, reason, choice) => {
        let now: Standing = start;
        for (let presses = 0; presses < 5; presses += 1) {
          const against = obstacle(reason, now, NOW);
          if (against === undefined) break;
          const all = remedies(against, now);
          const chosen = all[choice % all.length];
          if (!chosen) throw new Error(`nothing against ${against}`);
          now = after(chosen, now);
          expect(obstacle(reason, now, NOW)).not.toBe(against);
        }
        expect(obstacle(reason, now, NOW)).toBeUndefined();
      }),
    );
  });
});
