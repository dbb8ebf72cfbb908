// What is in a frame: Ethernet, ARP, IPv4, IPv6 and, in those, UDP, TCP and ICMP.

import { fromBytes } from './addresses.mjs';

/**
 * @typedef {object} Packet
 * @property {number} time milliseconds since 1970
 * @property {Buffer} frame all of it
 * @property {'arp' | 'udp' | 'tcp' | 'icmp' | 'icmp6' | 'ip' | 'fragment' | 'other'} kind
 * @property {string} source IP address, or '' where there is none
 * @property {string} target
 * @property {number} sourcePort
 * @property {number} targetPort
 * @property {number} at where the payload begins in the frame
 * @property {Buffer} payload what UDP or TCP carry, or all that is not understood
 */

const PROTOCOLS = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
]);

/** Hop-by-hop options, routing, destination options (RFC 8200): length in units of 8 bytes beyond the first. */
const EXTENSIONS = [0, 43, 60];
const FRAGMENT = 44;

/**
 * @param {{ time: number, frame: Buffer }} captured
 * @returns {Packet}
 */
export function decode({ time, frame }) {
  const packet = {
    time,
    frame,
    kind: 'other',
    source: '',
    target: '',
    sourcePort: 0,
    targetPort: 0,
    at: Math.min(14, frame.length),
    payload: frame.subarray(14),
  };
  if (frame.length < 14) return packet;
  const type = frame.readUInt16BE(12);
  if (type === 0x0800) ipv4(packet);
  else if (type === 0x86dd) ipv6(packet);
  else if (type === 0x0806) arp(packet);
  return packet;
}

function arp(packet) {
  packet.kind = 'arp';
  if (packet.payload.length < 28) return;
  packet.source = fromBytes(packet.payload.subarray(14, 18));
  packet.target = fromBytes(packet.payload.subarray(24, 28));
}

function ipv4(packet) {
  const { payload } = packet;
  if (payload.length < 20) return;
  packet.source = fromBytes(payload.subarray(12, 16));
  packet.target = fromBytes(payload.subarray(16, 20));
  // Behind the total length there may be padding of the link, which is kept in the frame.
  cut(packet, (payload[0] & 0x0f) * 4, payload.readUInt16BE(2));
  const later = (payload.readUInt16BE(6) & 0x1fff) !== 0;
  transport(packet, payload[9], later);
}

function ipv6(packet) {
  const { payload } = packet;
  if (payload.length < 40) return;
  packet.source = fromBytes(payload.subarray(8, 24));
  packet.target = fromBytes(payload.subarray(24, 40));
  let next = payload[6];
  let length = 40;
  let later = false;
  while ((EXTENSIONS.includes(next) || next === FRAGMENT) && length + 8 <= payload.length) {
    later ||= next === FRAGMENT && (payload.readUInt16BE(length + 2) & 0xfff8) !== 0;
    const size = next === FRAGMENT ? 8 : (payload[length + 1] + 1) * 8;
    next = payload[length];
    length += size;
  }
  cut(packet, length, 40 + payload.readUInt16BE(4));
  transport(packet, next, later);
}

function cut(packet, from, to) {
  packet.payload = packet.payload.subarray(from, to);
  packet.at += from;
}

function transport(packet, protocol, laterFragment) {
  packet.kind = laterFragment ? 'fragment' : (PROTOCOLS.get(protocol) ?? 'ip');
  const { kind, payload } = packet;
  const header = kind === 'udp' ? 8 : kind === 'tcp' ? 20 : 0;
  if (header === 0 || payload.length < header) return;
  packet.sourcePort = payload.readUInt16BE(0);
  packet.targetPort = payload.readUInt16BE(2);
  cut(packet, kind === 'udp' ? 8 : (payload[12] >> 4) * 4);
}

/** Neighbour discovery, multicast listening and routers (RFC 4861, RFC 3810), which never leave a link. */
const LINK_ICMP6 = [130, 131, 132, 133, 134, 135, 136, 137, 143];

/**
 * What hosts and routers of one link say to each other so that packets can flow at all. It never leaves the link.
 * @param {Packet} packet
 */
export function isOfTheLink({ kind, payload, frame }) {
  if (kind === 'arp') return true;
  if (kind === 'icmp6') return LINK_ICMP6.includes(payload[0]);
  // IGMP, protocol 2.
  return kind === 'ip' && frame.readUInt16BE(12) === 0x0800 && frame[23] === 2;
}

/**
 * One line for people.
 * @param {Packet} packet
 */
export function describe({ kind, source, target, sourcePort, targetPort, payload }) {
  const place = (address, port) =>
    port === 0 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return `${kind} ${place(source, sourcePort)} > ${place(target, targetPort)}, ${payload.length} bytes`;
}
