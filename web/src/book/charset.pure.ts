// Bytes as text, for files of which nobody knows how they were written. Bytes are characters up to 255 here.

/** Windows' letters at 0x80 to 0x9f, where Latin-1 has control characters that no file means. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Text of bytes. UTF-8 where that fits and nothing else was said, else Windows' Latin. */
export function textOf(bytes: string, charset?: string | undefined): string {
  const latin = charset !== undefined && /^(iso-8859-1|latin-?1|windows-1252|cp1252|us-ascii)$/i.test(charset);
  if (latin) return windows(bytes);
  return utf8(bytes) ?? windows(bytes);
}

function windows(bytes: string): string {
  return bytes.replace(/[\u0080-\u009f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80] ?? letter);
}

/** UTF-8 (RFC 3629); nothing if it is not. */
function utf8(bytes: string): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.charCodeAt(at);
    const more = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    if (more < 0) return undefined;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let n = 1; n <= more; n += 1) {
      const next = bytes.charCodeAt(at + n);
      // NaN past the end fails as well.
      if (next >> 6 !== 2) return undefined;
      code = (code << 6) | (next & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more] ?? 0;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
    at += more + 1;
  }
  return text;
}

/** A file in UTF-16, by its mark (RFC 2781, 3.2), turned into bytes of UTF-8 piece by piece. */
export class Utf16 {
  readonly #big: boolean;
  #odd: number | undefined;
  #high: number | undefined;
  #first = true;

  private constructor(big: boolean) {
    this.#big = big;
  }

  static of(start: Uint8Array): Utf16 | undefined {
    if (start[0] === 0xfe && start[1] === 0xff) return new Utf16(true);
    if (start[0] === 0xff && start[1] === 0xfe) return new Utf16(false);
    return undefined;
  }

  bytes(piece: Uint8Array): string {
    let text = '';
    for (const byte of piece) {
      if (this.#odd === undefined) {
        this.#odd = byte;
        continue;
      }
      const unit = this.#big ? (this.#odd << 8) | byte : (byte << 8) | this.#odd;
      this.#odd = undefined;
      if (this.#first) this.#first = false;
      else text += this.#unit(unit);
    }
    return text;
  }

  #unit(unit: number): string {
    const high = this.#high;
    this.#high = undefined;
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.#high = unit;
      return '';
    }
    const low = unit >= 0xdc00 && unit < 0xe000;
    if (low) return high === undefined ? '' : encode(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
    return encode(unit);
  }
}

/** A letter as bytes of UTF-8. */
function encode(code: number): string {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), tail(0));
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12), tail(6), tail(0));
  return String.fromCharCode(0xf0 | (code >> 18), tail(12), tail(6), tail(0));
}

/** Text as bytes of UTF-8, for the lines that are written. */
export function utf8Bytes(text: string): string {
  let bytes = '';
  for (const letter of text) bytes += encode(letter.codePointAt(0) ?? 0);
  return bytes;
}
