import { describe, expect, it } from 'vitest';
import { quietInBrief, quietInWords, spanInWords } from './quiet.pure';

const at = (text: string) => Date.parse(text);
const here = { now: at('2026-11-22T23:30:00Z'), zone: 'UTC' };

describe('do not disturb in words', () => {
  it.each([
    [{ on: false }, 'Off', 'Off. Calls ring.'],
    [
      { on: false, begins: at('2026-11-23T22:00:00Z') },
      'Off, begins at 22:00',
      'Off now. Calls ring. It begins at 22:00 by schedule.',
    ],
    [{ on: true }, 'On', 'On now, until you switch it off. Calls do not ring; callers hear no answer.'],
    [
      { on: true, until: at('2026-11-23T07:00:00Z') },
      'On until 07:00',
      'On now, until 07:00. Calls do not ring; callers hear no answer.',
    ],
    [
      { on: true, until: at('2026-11-25T07:00:00Z') },
      'On until Wed 07:00',
      'On now, until Wed 07:00. Calls do not ring; callers hear no answer.',
    ],
  ])('%j', (standing, brief, whole) => {
    expect(quietInBrief(standing, here)).toBe(brief);
    expect(quietInWords(standing, here)).toBe(whole);
  });

  it.each([
    [{ span: 'open', until: undefined }, undefined, 'Until I switch it off'],
    [{ span: 'hour', until: at('2026-11-23T00:30:00Z') }, undefined, 'For 1 hour'],
    [{ span: 'hour', until: at('2026-11-23T00:30:00Z') }, at('2026-11-23T00:12:00Z'), 'For 1 hour, until 00:12'],
    [{ span: 'evening', until: at('2026-11-22T18:00:00Z') }, undefined, 'Until this evening (18:00)'],
    [{ span: 'morning', until: at('2026-11-23T08:00:00Z') }, undefined, 'Until tomorrow (08:00)'],
    [{ span: 'morning', until: at('2026-11-22T08:00:00Z') }, undefined, 'Until this morning (08:00)'],
  ] as const)('the span %j', (choice, ends, words) => {
    expect(spanInWords(choice, here, ends)).toBe(words);
  });
});
