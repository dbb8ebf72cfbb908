import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneEmoji, isOnlyEmoji, lengthOf, pieces } from './message-text.pure';
import { shownHost, toAscii } from './punycode.pure';

const links = (text: string) => pieces(text).flatMap((piece) => (piece.type === 'link' ? [piece.href] : []));
const handles = (text: string) => pieces(text).flatMap((piece) => (piece.type === 'handle' ? [piece.handle] : []));
const written = (text: string) =>
  pieces(text)
    .map((piece) => (piece.type === 'link' ? piece.written : piece.text))
    .join('');

describe('addresses in a message', () => {
  it.each([
    ['see https://example.org/a?b=c.', 'https://example.org/a?b=c'],
    ['(https://example.org/wiki/Bird_(animal))', 'https://example.org/wiki/Bird_(animal)'],
    ['"https://example.org/", she said', 'https://example.org/'],
    ['https://example.org:8080/x!?', 'https://example.org:8080/x'],
    ['HTTPS://EXAMPLE.org', 'HTTPS://EXAMPLE.org'],
    ['http://[::1]:80/', 'http://[::1]:80/'],
    ['https://münchen.example/ä', 'https://münchen.example/ä'],
  ])('%j', (text, href) => {
    expect(links(text)).toEqual([href]);
  });

  it.each([
    'javascript:alert(1)',
    'https://',
    'https://bank.example@evil.example/',
    'https://user:secret@evil.example/',
    'https://bank.example\\@evil.example/',
    'https://ex\u202eample.org/gpj.exe',
    'https://exa\u200bmple.org/',
    'https://-.example',
    'data:text/html,x',
    'ftp://example.org',
  ])('%j leads nowhere', (text) => {
    expect(links(text)).toEqual([]);
  });

  it('show the host that they lead to', () => {
    // A Cyrillic а, and a whole word of letters that look Latin.
    const shown = (text: string) => pieces(text).map((piece) => piece.text);
    expect(shown('https://p\u0430ypal.example/x')).toEqual(['https://xn--pypal-4ve.example/x']);
    expect(shown('https://\u0430\u0440\u0440\u04cf\u0435.example')).toEqual(['https://xn--80ak6aa92e.example']);
    expect(shown('https://EXAMPLE.org/Path')).toEqual(['https://example.org/Path']);
    expect(shown('https://bücher.example')).toEqual(['https://bücher.example']);
  });

  it('lose nothing of the text, and lead to the web alone', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.constantFrom('https://', ' ', '(', ')', '@ann', '@', '.', 'http://a@b', '\u202e', 'é'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const whole = parts.join('');
        expect(written(whole)).toBe(whole);
        for (const href of links(whole)) {
          expect(href).toMatch(/^https?:\/\//iu);
          // What the browser makes of it has no user and the host that is shown.
          if (URL.canParse(href)) expect(new URL(href).username).toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('handles in a message', () => {
  it('lead to the person', () => {
    expect(handles('@Ann and (@bob_2), @cleo.')).toEqual(['ann', 'bob_2', 'cleo']);
  });

  it('are none in an address of mail, in a word, or where they are too long', () => {
    expect(handles('ann@example.org a@b @@ann @abcdefghijklmnopqrstu https://x.example/@ann')).toEqual([]);
  });
});

describe('names of hosts', () => {
  it.each([
    ['bücher', 'xn--bcher-kva'],
    ['пример', 'xn--e1afmkfd'],
    ['例え', 'xn--r8jz45g'],
    ['plain', 'plain'],
  ])('%s is %s to the network', (label, ascii) => {
    expect(toAscii(label)).toBe(ascii);
  });

  it('of one honest script are shown as they are', () => {
    expect(shownHost('例え.example')).toBe('例え.example');
    expect(shownHost('пример.example')).toBe('xn--e1afmkfd.example');
    expect(shownHost('example例え.org')).toMatch(/^xn--/u);
  });

  it('become what browsers make of them', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zàéîõüßñçøåæœ]{1,12}$/u), (label) => {
        const there = `https://x${label.replaceAll('ß', 'ss')}.example`;
        expect(toAscii(`x${label.replaceAll('ß', 'ss')}`)).toBe(new URL(there).hostname.split('.')[0]);
      }),
    );
  });
});

describe('emoji', () => {
  it.each(['👍', '❤️', '👍🏽 🦆', '👩🏻‍❤️‍💋‍👨🏼', '🇩🇪', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '😀😀😀'])('%s alone is shown large', (text) => {
    expect(isOnlyEmoji(text)).toBe(true);
  });

  it.each(['', ' ', '1', '#', 'a👍', '😀😀😀😀', '123', '👍 ok', '\u200d'])('%j is not', (text) => {
    expect(isOnlyEmoji(text)).toBe(false);
  });

  it('are told from everything else, one by one', () => {
    for (const text of ['👍', '❤', '❤️', '👨‍👩‍👧', '🇩🇪', '☝🏿']) expect(isOneEmoji(text), text).toBe(true);
    for (const text of ['', 'a', '1', '👍👍', '<b>', '👍 ']) expect(isOneEmoji(text), text).toBe(false);
  });
});

it('a text is counted in characters, not in UTF-16 units', () => {
  expect(lengthOf('a🦆')).toBe(2);
});
