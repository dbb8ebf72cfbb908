// The forms in which an address can be told, and a search for all of them.

import { fromBytes, toBytes } from './addresses.mjs';

const COOKIE = Buffer.from('2112a442', 'hex');
const TRANSACTION = 12;

/**
 * @typedef {{ address: string, form: string, at: number, length: number }} Sighting
 */

/** Finds addresses in whatever form they are told. */
export class Forms {
  /** @type {{ address: string, form: string, bytes: Buffer }[]} */
  #fixed = [];
  /** @type {{ address: string, bytes: Buffer }[]} */
  #long = [];

  /** @param {string[]} addresses */
  constructor(addresses) {
    for (const address of addresses) {
      const bytes = toBytes(address);
      for (const [form, pattern] of fixedForms(bytes)) this.#fixed.push({ address, form, bytes: pattern });
      if (bytes.length === 16) this.#long.push({ address, bytes });
    }
  }

  /**
   * @param {Buffer | string} where
   * @returns {Sighting[]}
   */
  find(where) {
    const bytes = typeof where === 'string' ? Buffer.from(where) : where;
    const found = [];
    for (const { address, form, bytes: pattern } of this.#fixed) {
      for (const at of places(bytes, pattern)) found.push({ address, form, at, length: pattern.length });
    }
    if (this.#long.length > 0) this.#findXored(bytes, found);
    return found;
  }

  /** IPv6 addresses in STUN are XORed with the cookie and the transaction id behind it (RFC 8489, 14.2). */
  #findXored(bytes, found) {
    for (const cookie of places(bytes, COOKIE)) {
      const key = bytes.subarray(cookie, cookie + COOKIE.length + TRANSACTION);
      if (key.length < 16) continue;
      for (const { address, bytes: plain } of this.#long) {
        for (const at of places(bytes, xored(plain, key))) found.push({ address, form: 'XORed', at, length: 16 });
      }
    }
  }
}

/** Forms that do not depend on what is around them: name and bytes, each form of bytes also in hex. */
function fixedForms(bytes) {
  const reversed = Buffer.from(bytes).reverse();
  const binary = [
    ['network bytes', bytes],
    ['reversed bytes', reversed],
  ];
  if (bytes.length === 4) {
    const mixed = xored(bytes, COOKIE);
    binary.push(['XORed', mixed], ['XORed and reversed', Buffer.from(mixed).reverse()]);
  }
  const forms = [...binary];
  for (const [name, plain] of binary) {
    for (const between of ['', ':', '-', ' ']) {
      const hex = [...plain].map((byte) => byte.toString(16).padStart(2, '0')).join(between);
      forms.push(...bothCases(`${name}, hex`, hex));
    }
  }
  for (const text of texts(bytes)) forms.push(...bothCases('text', text));
  const seen = new Set();
  return forms.filter(([, pattern]) => !seen.has(pattern.toString('hex')) && seen.add(pattern.toString('hex')));
}

/** Everything that people and programs write for an address. IPv4-mapped ones end in one of these. */
function texts(bytes) {
  const text = fromBytes(bytes);
  if (bytes.length === 4) {
    const reversed = [...bytes].reverse().join('.');
    const mapped = fromBytes(Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), bytes])).slice(
      '::ffff:'.length,
    );
    const [high, low] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
    const padded = [high, low].map((group) => group.toString(16).padStart(4, '0')).join(':');
    return [text, [...bytes].join('-'), reversed, mapped, padded, String(bytes.readUInt32BE(0))];
  }
  const groups = [];
  for (let at = 0; at < 16; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  const nibbles = [...bytes.toString('hex')].reverse().join('.');
  return [text, groups.join(':'), groups.map((group) => group.padStart(4, '0')).join(':'), nibbles];
}

function bothCases(name, text) {
  return [text.toLowerCase(), text.toUpperCase()].map((it) => [name, Buffer.from(it)]);
}

function xored(bytes, key) {
  return Buffer.from(bytes.map((byte, at) => byte ^ key[at]));
}

function* places(where, what) {
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + 1)) yield at;
}
