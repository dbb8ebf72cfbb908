import fc from 'fast-check';
import { expect, it } from 'vitest';
import { marked } from './marks.pure';

it('cuts at what was found', () => {
  expect(
    marked('🎉 Café at noon', [
      { start: 3, end: 7 },
      { start: 11, end: 15 },
    ]),
  ).toEqual([
    { text: '🎉 ', found: false },
    { text: 'Café', found: true },
    { text: ' at ', found: false },
    { text: 'noon', found: true },
  ]);
});

it('is whole again when put together, whatever the marks', () => {
  const mark = fc.record({ start: fc.nat(40), end: fc.nat(40) });
  fc.assert(
    fc.property(fc.string(), fc.array(mark), (text, marks) => {
      expect(
        marked(text, marks)
          .map((cut) => cut.text)
          .join(''),
      ).toBe(text);
    }),
  );
});
