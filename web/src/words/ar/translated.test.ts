import { describe, expect, it } from 'vitest';
import { ar } from '.';
import { notes } from './notes.pure';

/** What needs no Arabic letter: names of ours. */
const PLAIN = new Set(['app.name', 'app.title', 'book.fileName', 'entries.pictures.file']);

/** The words in the source of a function; its codes are told from words by having no space. */
const literals = (source: string) =>
  [...source.replaceAll(/\$\{[^}]*\}/g, ' ').matchAll(/`([^`]*)`|'([^']*)'|"([^"]*)"/g)]
    .map((found) => found.slice(1).join(''))
    .filter((text) => /[ .…]/.test(text.trim()) || ARABIC.test(text))
    .join('\n');

const ARABIC = /\p{Script=Arabic}/u;

function* said(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (typeof value === 'function') yield [path, literals(value.toString())];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* said(part, path === '' ? key : `${path}.${key}`);
  }
}

describe('Arabic', () => {
  it('is Arabic, word by word', () => {
    const { time: _, ...areas } = ar;
    const all = [...said(areas, ''), ...said(notes, 'notes')];
    expect(all.length).toBeGreaterThan(300);
    const left = all.filter(([path, text]) => !ARABIC.test(text) && !PLAIN.has(path) && /[A-Za-z]/.test(text));
    expect(left.map(([path]) => path)).toEqual([]);
  });
});
