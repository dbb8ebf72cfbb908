// Which parts of a packet look like chance to everybody but its receiver: what is encrypted, keys, digests, drawn numbers.

const CHANNEL_DATA = [0x40, 0x7f];
const COOKIE = 0x2112a442;
const DATA_ATTRIBUTE = 0x0013;
/** MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256, FINGERPRINT. */
const DIGESTS = [0x0008, 0x001c, 0x8028];

/**
 * @param {import('./packet.mjs').Packet} packet
 * @param {number} tlsPort the port where TCP carries TLS
 * @returns {[number, number][]} each from and to in the frame
 */
export function chancy({ kind, sourcePort, targetPort, payload, at }, tlsPort) {
  if (kind === 'udp') return shifted(ofDatagram(payload), at);
  const tls = kind === 'tcp' && (sourcePort === tlsPort || targetPort === tlsPort);
  return tls ? [[at, at + payload.length]] : [];
}

/** The first byte says what it is (RFC 7983). */
function ofDatagram(bytes) {
  if (bytes.length < 12) return [];
  const first = bytes[0];
  if (first < 4) return ofStun(bytes);
  // DTLS, of which the handshake is keys and digests too.
  if (first >= 20 && first < 64) return [[0, bytes.length]];
  if (first >= CHANNEL_DATA[0] && first <= CHANNEL_DATA[1]) return shifted(ofDatagram(bytes.subarray(4)), 4);
  if (first >= 128 && first < 192) return ofRtp(bytes);
  return [];
}

/** The transaction's number, digests, and the packet that an indication carries (RFC 8656). */
function ofStun(bytes) {
  if (bytes.length < 20 || bytes.readUInt32BE(4) !== COOKIE) return [];
  const found = [[8, 20]];
  for (let at = 20; at + 4 <= bytes.length; ) {
    const [kind, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    if (DIGESTS.includes(kind)) found.push([at + 4, at + 4 + length]);
    if (kind === DATA_ATTRIBUTE) found.push(...shifted(ofDatagram(bytes.subarray(at + 4, at + 4 + length)), at + 4));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return found;
}

/** SRTP leaves the header and its extensions readable, SRTCP the first eight bytes (RFC 3711). */
function ofRtp(bytes) {
  const isRtcp = bytes[1] >= 192 && bytes[1] < 224;
  if (isRtcp) return [[8, bytes.length]];
  let header = 12 + (bytes[0] & 0x0f) * 4;
  const extended = (bytes[0] & 0x10) !== 0;
  if (extended && header + 4 <= bytes.length) header += 4 + bytes.readUInt16BE(header + 2) * 4;
  return [[Math.min(header, bytes.length), bytes.length]];
}

function shifted(ranges, by) {
  return ranges.map(([from, to]) => [from + by, to + by]);
}
