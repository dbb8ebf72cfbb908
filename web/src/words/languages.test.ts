import { describe, expect, it } from 'vitest';
import { choose } from './languages.pure';

describe('the language', () => {
  it.each([
    [null, ['en-GB'], 'en'],
    [null, ['ar-EG', 'en'], 'ar'],
    [null, ['de', 'AR', 'en'], 'ar'],
    [null, ['de-CH', 'fr'], 'en'],
    [null, [], 'en'],
    ['ar', ['en-US'], 'ar'],
    ['en', ['ar'], 'en'],
    // Set by a version that knew more.
    ['xx', ['ar'], 'ar'],
  ])('set to %s, with a browser that asks for %j, is %s', (set, asked, language) => {
    expect(choose(set, asked)).toBe(language);
  });
});
