// What a malicious client writes into descriptions and candidates so that the other side's browser sends a packet, or
// asks for a name, that it should not. Everything leads to the outsider, whose host would see it.

import { randomBytes } from 'node:crypto';
import { PLACES } from './namespaces.mjs';

const { v4, v6 } = PLACES.outsider;

/** Names that nobody asks for unless he was told them. */
export const BAIT_NAME = 'bait.birdcall-attack.example';
export const BAIT_LOCAL = 'b417b417-0b5e-4a3c-9d2f-5e6c7a8b9c0d.local';

const mapped = `::ffff:${v4}`;
const udp = (host, port, rest, component = 1) => `candidate:1 ${component} udp 2130706431 ${host} ${port} typ ${rest}`;
const tcp = (host, port, type) => `candidate:2 1 tcp 1518280447 ${host} ${port} typ host tcptype ${type}`;

/** Candidates that must not pass on a relayed call. */
export const CANDIDATES = [
  udp(v4, 50_001, 'host'),
  udp(v6, 50_002, 'host'),
  udp(v4, 50_003, 'host', 2),
  udp(v4, 50_004, `srflx raddr ${v4} rport 50004`),
  udp(v6, 50_005, 'srflx raddr :: rport 9'),
  udp(v4, 50_006, `prflx raddr ${v4} rport 50006`),
  tcp(v4, 50_007, 'passive'),
  tcp(v4, 9, 'active'),
  tcp(v6, 50_008, 'so'),
  udp(BAIT_NAME, 50_009, 'host'),
  udp(BAIT_LOCAL, 50_010, 'host'),
  udp(mapped, 50_011, 'host'),
  udp(mapped, 50_012, `srflx raddr ${mapped} rport 50012`),
  udp(v4, 50_013, `relay raddr ${v4} rport 50013`),
  udp(v6, 50_014, 'relay raddr 0.0.0.0 rport 0'),
  udp(BAIT_NAME, 50_015, 'relay raddr 0.0.0.0 rport 0'),
  udp(mapped, 50_016, 'relay raddr 0.0.0.0 rport 0'),
  udp('203.0.113.77', 50_017, 'relay raddr 0.0.0.0 rport 0'),
  udp('127.0.0.1', 50_018, 'host'),
  udp(v4, 50_019, 'host generation 0 network-id 1 network-cost 10'),
];

/** Ways to say an address elsewhere in a description. */
export const TAMPERINGS = [
  ['origin', (sdp) => sdp.replace(/^o=.*$/m, `o=- 7 2 IN IP4 ${v4}`)],
  ['connection', (sdp) => sdp.replaceAll(/^c=.*$/gm, `c=IN IP4 ${v4}`)],
  ['connection of a name', (sdp) => sdp.replaceAll(/^c=.*$/gm, `c=IN IP4 ${BAIT_NAME}`)],
  ['port', (sdp) => sdp.replaceAll(/^c=.*$/gm, `c=IN IP6 ${v6}`).replaceAll(/^m=(\w+) \d+/gm, 'm=$1 50020')],
  ['rtcp', (sdp) => sdp.replaceAll(/^a=rtcp:.*$/gm, '').replaceAll(/^a=mid/gm, `a=rtcp:50021 IN IP4 ${v4}\r\na=mid`)],
  [
    'unknown attributes',
    (sdp) => sdp.replaceAll(/^a=mid/gm, `a=x-probe:http://${BAIT_NAME}/\r\na=alt:1 ${v4}\r\na=mid`),
  ],
  ['links', (sdp) => sdp.replace(/^t=/m, `i=${v4}\r\nu=http://${BAIT_NAME}/\r\ne=a@${BAIT_NAME}\r\nt=`)],
  ['remote candidates', (sdp) => sdp.replaceAll(/^a=mid/gm, `a=remote-candidates:1 ${v4} 50022\r\na=mid`)],
  ['extension', (sdp) => sdp.replaceAll(/^a=mid/gm, `a=extmap:14 http://${BAIT_NAME}/ext\r\na=mid`)],
  ['candidates of a session', (sdp) => sdp.replace(/^m=/m, `a=${CANDIDATES[0]}\r\na=${CANDIDATES[9]}\r\nm=`)],
];

/** A description with all the candidates in every section. */
export function withCandidates(sdp) {
  const lines = CANDIDATES.map((candidate) => `a=${candidate}\r\n`).join('');
  return sdp.replaceAll(/^(a=mid:.*\r\n)/gm, `$1${lines}`);
}

/** Whatever leads to the bait in what somebody was told. */
export function baitIn(text) {
  const words = [BAIT_NAME, BAIT_LOCAL, v4, v6, '203.0.113.77', ':a25:9ed3'];
  const [port] = /\b500[012]\d(?= typ | UDP\/TLS| IN )/.exec(text) ?? [];
  return [...words, port].filter((word) => word && text.includes(word));
}

/** A description of one's own, made of somebody else's: other keys, and the role that fits. */
export function own(sdp, type) {
  const ufrag = randomBytes(3).toString('hex');
  const fingerprint = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
  return sdp
    .replaceAll(/^a=(candidate|end-of-candidates|ssrc|ssrc-group).*\r\n/gm, '')
    .replaceAll(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${ufrag}`)
    .replaceAll(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${randomBytes(12).toString('hex')}`)
    .replaceAll(/^a=fingerprint:.*$/gm, `a=fingerprint:sha-256 ${fingerprint}`)
    .replaceAll(/^a=setup:.*$/gm, `a=setup:${type === 'offer' ? 'actpass' : 'active'}`);
}
