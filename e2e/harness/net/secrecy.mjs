// What must hold while a call is relayed: nobody's host talks to anybody but the server, and nobody is told the other's
// address, in any form. Each finding is a sentence that begins with what was broken.

import assert from 'node:assert/strict';
import { chancy } from './chance.mjs';
import { questions } from './dns.mjs';
import { Forms } from './forms.mjs';
import { describe, isOfTheLink } from './packet.mjs';

/** Patterns this short turn up by chance in bytes that look like it: once in 2^32 places. Longer ones do not. */
const SHORT = 6;
/** Most findings of a kind that are told. */
const ENOUGH = 5;

/**
 * @typedef {object} Evidence
 * @property {Record<string, import('./packet.mjs').Packet[]>} passed what passed at each host
 * @property {Record<string, { where: string, what: Buffer }[]>} heard what each page was told, decrypted
 */

/**
 * Fails with everything that was found.
 * @param {import('./town.mjs').Town} town
 * @param {Evidence} evidence
 */
export function assertSecret(town, evidence) {
  assert.deepEqual(findings(town, evidence), []);
}

/** @returns {string[]} */
export function findings(town, { passed, heard }) {
  const { ann, bob } = town.hosts;
  return [
    ...strangers(ann, bob, town, passed.ann),
    ...strangers(bob, ann, town, passed.bob),
    ...named(passed),
    ...told(ann, bob, town, passed.ann, heard.ann ?? []),
    ...told(bob, ann, town, passed.bob, heard.bob ?? []),
    ...reached(passed.outsider),
    ...logged([ann, bob], town.server.log),
  ];
}

/** Packets that a host exchanges with anybody but the server. */
export function strangers(self, other, { hosts: { server } }, packets) {
  const own = [...self.addresses, self.linkLocal];
  const found = [];
  for (const packet of packets) {
    if (isOfTheLink(packet)) continue;
    const { source, target } = packet;
    const far = own.includes(source) ? target : source;
    if (other.addresses.includes(far))
      found.push(`a packet between ${self.name} and ${other.name}: ${describe(packet)}`);
    else if (!server.addresses.includes(far)) found.push(`${self.name} talks to a stranger: ${describe(packet)}`);
  }
  return shortened(found);
}

/** Names that were asked for. A page at an address needs none. */
function named(passed) {
  return Object.entries(passed).flatMap(([name, packets]) => {
    const asked = new Set(packets.flatMap(questions));
    return shortened([...asked].map((host) => `a question for a name at ${name}: ${host}`));
  });
}

/** What one side was told of the other's addresses, on its link and in its page. */
export function told(self, other, { port }, packets, heard) {
  const forms = new Forms([...other.addresses, other.linkLocal]);
  const found = [];
  const chance = new Map();
  for (const packet of packets) {
    const ranges = chancy(packet, port);
    for (const { address, form, at, length } of forms.find(packet.frame)) {
      const words = `${self.name} is told ${other.name}'s address ${address} (${form}) in a packet: ${describe(packet)}`;
      const byChance = length <= SHORT && ranges.some(([from, to]) => at >= from && at + length <= to);
      if (byChance) chance.set(form, [...(chance.get(form) ?? []), words]);
      else found.push(words);
    }
  }
  // Twice the same is no chance.
  for (const words of chance.values()) if (words.length > 1) found.push(...words);
  for (const { where, what } of heard) {
    for (const { address, form } of forms.find(what)) {
      found.push(`${self.name} is told ${other.name}'s address ${address} (${form}) in ${where}`);
    }
  }
  return shortened(found);
}

/** What reaches somebody who has nothing to do with the call. */
export function reached(packets) {
  const found = packets.filter((packet) => !isOfTheLink(packet));
  return shortened(found.map((packet) => `the outsider is reached: ${describe(packet)}`));
}

/** Addresses in the server's log (P-6). */
function logged(hosts, log) {
  return hosts.flatMap(({ name, addresses }) =>
    new Forms(addresses).find(log).map(({ form }) => `the log has ${name}'s address (${form})`),
  );
}

/** The first few findings of a kind. */
export function shortened(found) {
  const more = found.length - ENOUGH;
  return more > 0 ? [...found.slice(0, ENOUGH), `and ${more} more like the last one`] : found;
}
