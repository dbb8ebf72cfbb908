// Questions to name servers and to neighbours (RFC 1035, RFC 6762), wherever they are sent.

/** DNS, mDNS, LLMNR (RFC 4795), NetBIOS names (RFC 1002). */
const PORTS = [53, 5353, 5355, 137];

/**
 * The names that a packet asks for.
 * @param {import('./packet.mjs').Packet} packet
 * @returns {string[]}
 */
export function questions({ kind, targetPort, payload }) {
  if (!PORTS.includes(targetPort) || payload.length === 0) return [];
  // Over TCP the length goes first.
  const message = kind === 'tcp' ? payload.subarray(2) : payload;
  if (message.length < 12) return ['unreadable'];
  const answer = (message[2] & 0x80) !== 0;
  if (answer) return [];
  const names = [];
  let at = 12;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) {
    const labels = [];
    while (message[at] > 0 && message[at] < 0xc0) {
      labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
      at += message[at] + 1;
    }
    names.push(labels.join('.').toLowerCase());
    // A name ends in nothing, or in a pointer to the rest of it; then type and class.
    at += (message[at] >= 0xc0 ? 2 : 1) + 4;
    if (at > message.length) return [...names, 'unreadable'];
  }
  return names;
}
