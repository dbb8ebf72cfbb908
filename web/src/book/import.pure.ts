// What an import is going to do, before anything is sent.
import type { BookEntry, BookImported, NewBookEntry } from '../api/types';
import type { Contact } from './vcard.pure';

/** Entries in one request, as the server takes them. */
export const PART = 200;
/** Cards that are read of one file. More than an address book holds bring nothing. */
export const MAX_CARDS = 20_000;
/** Entries of an address book. */
export const MAX_BOOK = 10_000;

/** A file, summed up. */
export interface Plan {
  /** What is sent: each address and each handle once. */
  readonly entries: readonly NewBookEntry[];
  /** Cards in the file. */
  readonly cards: number;
  /** Cards with neither an address nor a handle of this server: nothing of them leaves the device. */
  readonly without: number;
  /** Left out because the same one stands in the file or the book already. */
  readonly twice: number;
}

/** Sums up contacts against the book as it is. */
export function planOf(contacts: readonly Contact[], book: readonly BookEntry[]): Plan {
  const known = new Set<string>();
  for (const entry of book) known.add(entry.email != null ? mail(entry.email) : `@${entry.person?.handle ?? ''}`);
  const entries: NewBookEntry[] = [];
  let without = 0;
  let twice = 0;
  const add = (key: string, entry: NewBookEntry) => {
    if (known.has(key)) {
      twice += 1;
      return;
    }
    known.add(key);
    entries.push(entry);
  };
  for (const { name, emails, handles } of contacts) {
    if (emails.length === 0 && handles.length === 0) without += 1;
    for (const handle of handles) add(`@${handle}`, { name, handle });
    for (const email of emails) add(mail(email), { name, email });
  }
  return { entries, cards: contacts.length, without, twice };
}

/** As the server compares addresses. */
const mail = (email: string) => email.toLowerCase();

/** The parts that are sent one after the other. */
export function partsOf(entries: readonly NewBookEntry[]): NewBookEntry[][] {
  const parts: NewBookEntry[][] = [];
  for (let at = 0; at < entries.length; at += PART) parts.push(entries.slice(at, at + PART));
  return parts;
}

/** Two answers as one. */
export function together(one: BookImported, other: BookImported): BookImported {
  return {
    added: one.added + other.added,
    there: one.there + other.there,
    refused: one.refused + other.refused,
    full: one.full + other.full,
  };
}

/** What the entry is called in the list. */
export function titleOf(entry: BookEntry): string {
  return entry.name || entry.person?.name || entry.email || '';
}

/** Entries that fit what was typed, by name. */
export function found(book: readonly BookEntry[], query: string): BookEntry[] {
  const asked = query.trim().replace(/^@/, '').toLocaleLowerCase();
  const texts = (entry: BookEntry) => [entry.name, entry.person?.name, entry.person?.handle, entry.email];
  return book.filter(
    (entry) => asked === '' || texts(entry).some((text) => text?.toLocaleLowerCase().includes(asked) ?? false),
  );
}
