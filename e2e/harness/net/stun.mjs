// STUN and TURN messages (RFC 8489, RFC 8656), as far as clients of a relay write and read them.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { fromBytes, toBytes } from './addresses.mjs';

const COOKIE = Buffer.from('2112a442', 'hex');
const HEADER = 20;
const INTEGRITY_LENGTH = 20;

export const METHODS = { binding: 1, allocate: 3, refresh: 4, send: 6, data: 7, createPermission: 8, channelBind: 9 };
export const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  transport: 0x0019,
};
const CLASSES = ['request', 'indication', 'success', 'error'];

/** Whether a datagram is a STUN message. */
export function isStun(bytes) {
  return bytes.length >= HEADER && bytes[0] < 4 && bytes.subarray(4, 8).equals(COOKIE);
}

/**
 * @typedef {object} Message
 * @property {string} class
 * @property {number} method
 * @property {Buffer} transaction
 * @property {Map<number, Buffer>} attributes the first of each kind
 */

/** @returns {Message} */
export function read(bytes) {
  const type = bytes.readUInt16BE(0);
  const attributes = new Map();
  for (let at = HEADER; at + 4 <= bytes.length; ) {
    const [kind, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    if (!attributes.has(kind)) attributes.set(kind, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + padding(length);
  }
  return {
    class: CLASSES[((type & 0x0100) >> 7) | ((type & 0x0010) >> 4)],
    // The two bits of the class stand among those of the method; all our methods are below 16.
    method: type & 0x000f,
    transaction: bytes.subarray(8, HEADER),
    attributes,
  };
}

/** The number in an ERROR-CODE. */
export function errorOf({ attributes }) {
  const value = attributes.get(ATTRIBUTES.error);
  return value ? value[2] * 100 + value[3] : 0;
}

/** Writes a message piece by piece. */
export class Writer {
  #parts = [];
  #length = 0;
  #type;

  /** @param {'request' | 'indication'} kind */
  constructor(kind, method, transaction = randomBytes(12)) {
    this.#type = method | (CLASSES.indexOf(kind) << 4);
    this.transaction = transaction;
  }

  /** Adds an attribute. */
  put(kind, value) {
    const header = Buffer.alloc(4);
    header.writeUInt16BE(kind, 0);
    header.writeUInt16BE(value.length, 2);
    const part = Buffer.concat([header, value, Buffer.alloc(padding(value.length))]);
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }

  /** Adds an XORed address. */
  address(kind, { address, port }) {
    const plain = toBytes(address);
    const key = Buffer.concat([COOKIE, this.transaction]);
    const value = Buffer.alloc(4 + plain.length);
    value[1] = plain.length === 4 ? 1 : 2;
    value.writeUInt16BE(port ^ 0x2112, 2);
    for (const [at, byte] of plain.entries()) value[4 + at] = byte ^ key[at];
    return this.put(kind, value);
  }

  /** Adds MESSAGE-INTEGRITY over everything so far. */
  integrity(key) {
    const covered = this.#bytes(this.#length + 4 + INTEGRITY_LENGTH);
    return this.put(ATTRIBUTES.integrity, createHmac('sha1', key).update(covered).digest());
  }

  bytes() {
    return this.#bytes(this.#length);
  }

  #bytes(length) {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(this.#type, 0);
    header.writeUInt16BE(length, 2);
    COOKIE.copy(header, 4);
    return Buffer.concat([header, this.transaction, ...this.#parts]);
  }
}

/** Reads an XORed address. */
export function addressIn(value, transaction) {
  const key = Buffer.concat([COOKIE, transaction]);
  const plain = Buffer.from(value.subarray(4).map((byte, at) => byte ^ key[at]));
  return { address: fromBytes(plain), port: value.readUInt16BE(2) ^ 0x2112 };
}

/** The key of long-term credentials (RFC 8489, 9.2.2). */
export function longTermKey(username, realm, password) {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest();
}

function padding(length) {
  return (4 - (length % 4)) % 4;
}
