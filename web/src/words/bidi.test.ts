import { describe, expect, it } from 'vitest';
import { inLtr, inRtl, ltrInRtl } from './bidi.pure';

describe('a name in a sentence', () => {
  it('stays as it is where nothing can mix', () => {
    expect(inLtr('Ann-Marie 2')).toBe('Ann-Marie 2');
    expect(inRtl('نور الهدى')).toBe('نور الهدى');
  });

  it('gets a wall where it runs the other way', () => {
    expect(inLtr('نور')).toBe('\u2068نور\u2069');
    expect(inRtl('Ann')).toBe('\u2068Ann\u2069');
    expect(inRtl('نور (2)')).toBe('\u2068نور (2)\u2069');
    expect(ltrInRtl('@ann')).toBe('\u2066@ann\u2069');
  });

  it('cannot climb over it', () => {
    expect(inLtr('Ann\u202egnp.exe')).toBe('\u2068Anngnp.exe\u2069');
    expect(inRtl('a\u2069\u202eb')).toBe('\u2068ab\u2069');
    expect(inLtr('a\u2069b')).toBe('ab');
  });
});
