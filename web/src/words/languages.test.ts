import { describe, expect, it } from 'vitest';
import { choose } from './languages.pure';

describe('the language', () => {
  it.each([
    [null, ['en-GB'], 'en'],
    [null, ['de-CH', 'fr'], 'en'],
    [null, [], 'en'],
    ['en', ['ar'], 'en'],
  ])('set to %s, with a browser that asks for %j, is %s', (set, asked, language) => {
    expect(choose(set, asked)).toBe(language);
  });
});
