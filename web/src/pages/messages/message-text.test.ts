import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf, pieces } from './message-text.pure';

describe('the text of a message', () => {
  it.each([
    ['hello', [{ text: 'hello' }]],
    [
      'see https://example.org/a?b=c.',
      [{ text: 'see ' }, { text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' }, { text: '.' }],
    ],
    ['javascript:alert(1)', [{ text: 'javascript:alert(1)' }]],
    ['https://', [{ text: 'https://' }]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it('is whole again when put together, and leads only to web addresses', () => {
    const text = fc.array(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('https://', ' ', '(')));
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('');
        const cut = pieces(whole);
        expect(cut.map((piece) => piece.text).join('')).toBe(whole);
        for (const piece of cut) if (piece.href !== undefined) expect(piece.href).toMatch(/^https?:\/\//iu);
      }),
    );
  });

  it('is counted in characters, not in UTF-16 units', () => {
    expect(lengthOf('a🦆')).toBe(2);
  });
});
