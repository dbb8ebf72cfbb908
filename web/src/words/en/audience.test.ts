import { describe, expect, it } from 'vitest';
import type { Audience } from '../../api/types';
import { whoCanCall } from './audience.pure';

const calling = (audience: Partial<Audience>, enabled = true) => ({
  enabled,
  enhanced_privacy: false,
  audience: { address_book: false, following: false, verified: false, everyone: false, ...audience },
});

describe('who can call', () => {
  it.each([
    [calling({ everyone: true }, false), 'Nobody can call you now.'],
    [calling({}), 'Nobody can call you now, because no box is ticked.'],
    [calling({ following: true }), 'People you follow can call you now, once you have written to them.'],
    [
      calling({ address_book: true, following: true, verified: true }),
      'People in your address book, people you follow and verified people can call you now, once you have written to them.',
    ],
    [calling({ everyone: true, following: true }), 'Anybody you have written to can call you now.'],
  ])('%j', (settings, words) => {
    expect(whoCanCall(settings)).toBe(words);
  });
});
