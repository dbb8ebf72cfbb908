// vCard files, versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), read piece by piece: only names, e-mail addresses and
// handles of this server are looked at, everything else is passed over and kept nowhere.
//
// Bytes come in, and stay bytes (characters up to 255) until a property is whole: a fold may cut a letter of UTF-8 in two,
// and each property may have a character set of its own. Nothing here throws, whatever a file holds.
import { textOf, Utf16 } from './charset.pure';

/** What is taken out of a card. */
export interface Contact {
  readonly name: string;
  readonly emails: readonly string[];
  readonly handles: readonly string[];
}

/** Longest property that is kept; of a longer one, such as a photograph, only the beginning. */
const MAX_LINE = 4_096;
/** Addresses and handles of one card. */
const MAX_EACH = 10;
const MAX_EMAIL = 254;

/** Reads a file in pieces: `push` each, then `end`. Both answer with the cards that are whole by then. */
export class CardReader {
  readonly #origin: string;
  #rest = '';
  #logical = '';
  #started = false;
  #wide: Utf16 | undefined;
  /** 0: outside of any card; above 1 in a card within a card (AGENT), which is nobody to add. */
  #depth = 0;
  #agent = false;
  #card: Draft | undefined;
  #done: Contact[] = [];

  /** `origin` is this server's, for example `https://call.example`: handles stand in files as addresses of pages. */
  constructor(origin: string) {
    this.#origin = origin.toLowerCase();
  }

  push(bytes: Uint8Array): Contact[] {
    let piece = bytes;
    if (!this.#started && bytes.length > 0) {
      this.#started = true;
      this.#wide = Utf16.of(bytes);
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) piece = bytes.subarray(3);
    }
    this.#lines(this.#wide ? this.#wide.bytes(piece) : binary(piece));
    return this.#take();
  }

  end(): Contact[] {
    this.#line(this.#rest);
    this.#rest = '';
    this.#property();
    this.#finish();
    return this.#take();
  }

  #take(): Contact[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #lines(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      const line = this.#rest + text.slice(start, Math.min(at, start + MAX_LINE));
      this.#rest = '';
      start = at + 1;
      this.#line(line);
    }
    // A file without any end of line is one line, of which no more is kept than of any other.
    if (this.#rest.length < MAX_LINE) this.#rest += text.slice(start, start + MAX_LINE);
  }

  /** One line as it stands in the file: goes on with a property, or begins one. */
  #line(line: string): void {
    const first = line.charCodeAt(0);
    const folded = first === 32 || first === 9;
    if (folded && this.#logical !== '') {
      this.#append(line.slice(1));
    } else if (line !== '' && /=$/.test(this.#logical) && quotedPrintable(this.#logical)) {
      // The soft break of quoted-printable, which version 2.1 uses in place of folding (RFC 2045, 6.7).
      this.#logical = this.#logical.slice(0, -1);
      this.#append(line);
    } else if (line !== '') {
      this.#property();
      this.#logical = line.slice(0, MAX_LINE);
    }
  }

  #append(more: string): void {
    if (this.#logical.length < MAX_LINE) this.#logical += more.slice(0, MAX_LINE - this.#logical.length);
  }

  #property(): void {
    const line = this.#logical;
    this.#logical = '';
    if (line === '') return;
    const found = split(line);
    if (!found) return;
    const { name, parameters, value } = found;
    if (name === 'BEGIN' && /^\s*vcard\s*$/i.test(value)) {
      if (this.#depth > 0 && !this.#agent) this.#finish();
      this.#depth += 1;
      if (this.#depth === 1) this.#card = new Draft();
    } else if (name === 'END' && /^\s*vcard\s*$/i.test(value)) {
      if (this.#depth === 1) this.#finish();
      else if (this.#depth > 1) this.#depth -= 1;
    } else if (this.#depth === 1) {
      this.#card?.take(name, parameters, value, this.#origin);
    }
    // Within an agent all lines are its own, until it ends.
    this.#agent = name === 'AGENT' || (this.#agent && this.#depth > 1);
  }

  #finish(): void {
    if (this.#card) this.#done.push(this.#card.contact());
    this.#card = undefined;
    this.#depth = 0;
    this.#agent = false;
  }
}

/** A card that is being read. */
class Draft {
  #formatted = '';
  #structured = '';
  #other = '';
  readonly #emails: string[] = [];
  readonly #handles: string[] = [];

  take(name: string, parameters: readonly string[], value: string, origin: string): void {
    switch (name) {
      case 'FN':
        this.#formatted ||= oneLine(unescaped(plain(parameters, value)));
        return;
      case 'N':
        this.#structured ||= structured(plain(parameters, value));
        return;
      case 'NICKNAME':
      case 'ORG':
        this.#other ||= oneLine(unescaped(parts(plain(parameters, value), ';')[0] ?? ''));
        return;
      case 'EMAIL': {
        const email = emailIn(unescaped(plain(parameters, value)));
        if (email !== undefined) keep(this.#emails, email);
        return;
      }
      case 'URL':
      case 'IMPP':
      case 'SOCIALPROFILE':
      case 'X-SOCIALPROFILE': {
        const handle = handleIn(unescaped(plain(parameters, value)), origin);
        if (handle !== undefined) keep(this.#handles, handle);
        return;
      }
      default:
    }
  }

  contact(): Contact {
    const name = this.#formatted || this.#structured || this.#other;
    return { name, emails: this.#emails, handles: this.#handles };
  }
}

function keep(list: string[], value: string): void {
  if (list.length < MAX_EACH && !list.includes(value)) list.push(value);
}

/** Bytes as characters up to 255. */
function binary(bytes: Uint8Array): string {
  let text = '';
  // In pieces: a call has room for only so many arguments.
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return text;
}

interface Property {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly value: string;
}

/** `group.NAME;PARAMETER="a:b":value`. */
function split(line: string): Property | undefined {
  let quoted = false;
  let colon = -1;
  const cuts: number[] = [];
  for (let at = 0; at < line.length && colon < 0; at += 1) {
    const letter = line[at];
    if (letter === '"') quoted = !quoted;
    else if (letter === ':' && !quoted) colon = at;
    else if (letter === ';' && !quoted) cuts.push(at);
  }
  // A quotation mark that is never closed: the first colon it is.
  if (colon < 0) colon = line.indexOf(':');
  if (colon < 0) return undefined;
  const marks = cuts.filter((at) => at < colon);
  const nameEnd = marks[0] ?? colon;
  const full = line.slice(0, nameEnd).trim().toUpperCase();
  const name = full.slice(full.lastIndexOf('.') + 1);
  const parameters = marks.map((at, n) => line.slice(at + 1, marks[n + 1] ?? colon).trim());
  return { name, parameters, value: line.slice(colon + 1) };
}

function quotedPrintable(line: string): boolean {
  const found = split(line);
  return found?.parameters.some((one) => /^(encoding=)?"?quoted-printable"?$/i.test(one)) ?? false;
}

/** The value as text: out of quoted-printable, and out of its character set. */
function plain(parameters: readonly string[], value: string): string {
  const has = (pattern: RegExp) => parameters.some((one) => pattern.test(one));
  // Nobody puts a name or an address into base64; a photograph that calls itself one is nothing.
  if (has(/^(encoding=)?"?(b|base64)"?$/i)) return '';
  const bytes = has(/^(encoding=)?"?quoted-printable"?$/i)
    ? value.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : value;
  const charset = parameters.map((one) => /^charset="?([^"]*)"?$/i.exec(one)?.[1]).find((one) => one !== undefined);
  return textOf(bytes, charset);
}

/** Cuts at a separator that is not escaped. */
function parts(text: string, separator: string): string[] {
  const found: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '\\' && at + 1 < text.length) {
      part += letter + (text[at + 1] ?? '');
      at += 1;
    } else if (letter === separator) {
      found.push(part);
      part = '';
    } else {
      part += letter;
    }
  }
  found.push(part);
  return found;
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, letter: string) => (letter === 'n' || letter === 'N' ? '\n' : letter));
}

/** `family;given;middle;prefix;suffix` as it is said. */
function structured(value: string): string {
  const [family, given, middle] = parts(value, ';').map((part) =>
    oneLine(unescaped(part.replaceAll(/(?<!\\),/g, ' '))),
  );
  return [given, middle, family].filter((part) => part !== undefined && part !== '').join(' ');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The address in a value, if it is one. The server judges again. */
function emailIn(value: string): string | undefined {
  const text = value
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/^<(.*)>$/, '$1')
    .trim();
  const fits = text.length <= MAX_EMAIL && /^[^\s@<>",;:\\]+@[^\s@<>",;:\\]+\.[^\s@<>",;:\\]+$/.test(text);
  return fits ? text : undefined;
}

/** The handle in an address of a page of this server. */
function handleIn(value: string, origin: string): string | undefined {
  const text = value.trim();
  if (!text.toLowerCase().startsWith(`${origin}/`)) return undefined;
  const path = text.slice(origin.length);
  return /^\/(?:people|messages)\/@?([A-Za-z0-9_]{1,20})\/?$/.exec(path)?.[1]?.toLowerCase();
}
