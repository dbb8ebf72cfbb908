import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf, fromBase64Url, hasName, toBase64Url } from './answers.pure';

describe('bytes in base64url', () => {
  it.each([
    ['', []],
    ['AA', [0]],
    ['-_8', [251, 255]],
    ['Zm9v', [102, 111, 111]],
  ])('%s', (text, bytes) => {
    expect(toBase64Url(Uint8Array.from(bytes))).toBe(text);
    expect([...fromBase64Url(text)]).toEqual(bytes);
  });

  it('come back as they were, and as Node writes them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect([...fromBase64Url(text)]).toEqual([...bytes]);
      }),
    );
  });
});

describe('hosts', () => {
  it.each([
    ['call.example', true],
    ['localhost', true],
    ['127.0.0.1', false],
    ['192.0.2.7', false],
    ['[2001:db8::1]', false],
    ['', false],
  ])('%s', (host, named) => {
    expect(hasName(host)).toBe(named);
  });
});

it('a browser that throws has its reasons', () => {
  expect(failureOf('NotAllowedError')).toBe('cancelled');
  expect(failureOf('AbortError')).toBe('cancelled');
  expect(failureOf('InvalidStateError')).toBe('known');
  expect(failureOf('SecurityError')).toBe('unable');
});
