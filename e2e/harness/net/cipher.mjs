// Which part of a packet is encrypted, and so looks like chance to everybody but its receiver.

const CHANNEL_DATA = [0x40, 0x7f];
const COOKIE = 0x2112a442;
const DATA_ATTRIBUTE = 0x0013;
const TLS_APPLICATION_DATA = 23;

/**
 * @param {import('./packet.mjs').Packet} packet
 * @param {number} tlsPort the port where TCP carries TLS
 * @returns {[number, number]} from and to in the frame; nothing is encrypted where they are equal
 */
export function encrypted({ kind, sourcePort, targetPort, payload, at }, tlsPort) {
  let range = [0, 0];
  if (kind === 'udp') range = ofDatagram(payload);
  if (kind === 'tcp' && (sourcePort === tlsPort || targetPort === tlsPort)) range = ofSegment(payload);
  return [at + range[0], at + range[1]];
}

/** The first byte says what it is (RFC 7983). */
function ofDatagram(bytes) {
  if (bytes.length < 12) return [0, 0];
  const first = bytes[0];
  if (first < 4) return ofStun(bytes);
  if (first >= 20 && first < 64) return ofDtls(bytes);
  if (first >= CHANNEL_DATA[0] && first <= CHANNEL_DATA[1]) return shifted(ofDatagram(bytes.subarray(4)), 4);
  if (first >= 128 && first < 192) return ofRtp(bytes);
  return [0, 0];
}

/** Send and Data indications carry a packet in an attribute (RFC 8656). */
function ofStun(bytes) {
  if (bytes.length < 20 || bytes.readUInt32BE(4) !== COOKIE) return [0, 0];
  for (let at = 20; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2);
    if (bytes.readUInt16BE(at) === DATA_ATTRIBUTE && bytes[at + 4] >= 4) {
      return shifted(ofDatagram(bytes.subarray(at + 4, at + 4 + length)), at + 4);
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return [0, 0];
}

/** From the first record of an epoch after the handshake's first one on (RFC 6347, 4.1). */
function ofDtls(bytes) {
  for (let at = 0; at + 13 <= bytes.length; at += 13 + bytes.readUInt16BE(at + 11)) {
    if (bytes.readUInt16BE(at + 3) > 0) return [at + 13, bytes.length];
  }
  return [0, 0];
}

/** SRTP leaves the header and its extensions readable, SRTCP the first eight bytes (RFC 3711). */
function ofRtp(bytes) {
  const isRtcp = bytes[1] >= 192 && bytes[1] < 224;
  if (isRtcp) return [8, bytes.length];
  let header = 12 + (bytes[0] & 0x0f) * 4;
  const extended = (bytes[0] & 0x10) !== 0;
  if (extended && header + 4 <= bytes.length) header += 4 + bytes.readUInt16BE(header + 2) * 4;
  return [Math.min(header, bytes.length), bytes.length];
}

/** A segment that begins with a handshake record can be read; where one begins in the middle of a record, it cannot. */
function ofSegment(bytes) {
  let at = 0;
  while (at + 5 <= bytes.length && [20, 21, 22].includes(bytes[at]) && bytes[at + 1] === 3) {
    at += 5 + bytes.readUInt16BE(at + 3);
  }
  if (at + 5 <= bytes.length && bytes[at] === TLS_APPLICATION_DATA) at += 5;
  return at < bytes.length ? [at, bytes.length] : [0, 0];
}

function shifted([from, to], by) {
  return from === to ? [0, 0] : [from + by, to + by];
}
