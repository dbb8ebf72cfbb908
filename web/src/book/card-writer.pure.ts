// The address book as a vCard 4.0 file (RFC 6350).
import type { BookEntry } from '../api/types';
import { utf8Bytes } from './charset.pure';

/** Longest line in bytes, without its end (RFC 6350, 3.2). */
const LINE = 75;

/** All entries as one file. */
export function cardsOf(entries: readonly BookEntry[], origin: string): string {
  return entries.map((entry) => card(entry, origin)).join('');
}

function card(entry: BookEntry, origin: string): string {
  const name = entry.name || entry.person?.name || entry.email || '';
  const lines = ['BEGIN:VCARD', 'VERSION:4.0', `FN:${escaped(name)}`];
  if (entry.email != null) lines.push(`EMAIL:${escaped(entry.email)}`);
  // Of an address only what the owner put in: who it is here may be nobody's business tomorrow.
  else if (entry.person != null) lines.push(`URL:${origin}/people/${entry.person.handle}`);
  lines.push('END:VCARD');
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function escaped(text: string): string {
  return text.replace(/[\\,;]/g, (letter) => `\\${letter}`).replace(/\r\n?|\n/g, '\\n');
}

/** Cuts a line where it is too long, between letters. */
function fold(line: string): string {
  let out = '';
  let used = 0;
  for (const letter of line) {
    const size = utf8Bytes(letter).length;
    if (used + size > LINE) {
      out += '\r\n ';
      used = 1;
    }
    out += letter;
    used += size;
  }
  return out;
}
