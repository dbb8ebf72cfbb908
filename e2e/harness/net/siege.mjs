// A malicious client at the relay: it holds the credential of a call of its own, and tries to reach anybody but the
// other side of that call (P-4).

import { PLACES } from './namespaces.mjs';

const TURN = new URL('./turn.mjs', import.meta.url);

/** Begins like RTP, and says whose it is. */
export const MARK = `80000000${Buffer.from('siege').toString('hex')}`;

const { outsider, server } = PLACES;
const FIRST_PORT = 49_152;
const port = 40_000;

/** Addresses, ports and channels that are swept. */
const SWEPT = 256;
const PORTS = 1_000;
const CHANNELS = 256;

/** Peers that are nobody's business, with what they are. */
const STRANGERS = [
  ['the outsider', { address: outsider.v4, port }],
  ['the outsider over IPv6', { address: outsider.v6, port }],
  ['the outsider as IPv4 in IPv6', { address: `::ffff:${outsider.v4}`, port }],
  ['the server', { address: server.v4, port: 22 }],
  ['the server over IPv6', { address: server.v6, port: 22 }],
  ['loopback', { address: '127.0.0.1', port }],
  ['loopback over IPv6', { address: '::1', port }],
  ['nowhere', { address: '0.0.0.0', port }],
  ['everybody', { address: '255.255.255.255', port }],
  ['a group', { address: '224.0.0.251', port: 5353 }],
  ['a third leg', { address: '203.0.113.3', port: FIRST_PORT }],
];

/** How often a relay has to have refused, and why, when a siege is over. */
export const REFUSALS = { forbidden: 3 * STRANGERS.length + SWEPT + PORTS, no_channel: CHANNELS };

/** Where the relay is, by the URL that a call was given. */
export function relayOf({ urls }) {
  const [, host, number] = urls.map((url) => /^turn:(.+):(\d+)\?transport=udp$/.exec(url)).find(Boolean) ?? [];
  return { address: host.replaceAll(/[[\]]/g, ''), port: Number(number) };
}

/** A TURN client on ann's host with the credential of a call. */
export function turn(town, credential) {
  return town.hosts.ann.inside.make(TURN, 'Turn', relayOf(credential), credential);
}

/**
 * Tries everything with an allocation.
 * @param {object} client whose allocation is made
 * @param {{ address: string, port: number }} other the other leg of its call
 * @param {{ address: string, port: number }} own its own leg
 * @returns {Promise<string[]>} what was not refused
 */
export async function besiege(client, other, own) {
  const findings = [];
  const refused = (what, error) => {
    if (error !== 403) findings.push(`the relay answers ${error}, not 403, to ${what}`);
  };
  if ((await client.permit(other)) !== 0) findings.push('the other leg cannot be reached, so this proves nothing');

  let channel = 0x4001;
  for (const [name, peer] of [...STRANGERS, ['its own leg', own]]) {
    refused(`a permission for ${name}`, await client.permit(peer));
    refused(`a permission for ${name} beside the other leg`, await client.permit(other, peer));
    refused(`a channel to ${name}`, await client.bind(channel, peer));
    channel += 1;
  }
  const peers = STRANGERS.map(([, peer]) => peer);

  const behind = await client.permitBehindIntegrity([other], peers);
  if (behind !== 0) findings.push(`what stands behind MESSAGE-INTEGRITY is not ignored but answered with ${behind}`);
  const alone = await client.permitBehindIntegrity([], peers);
  if (alone !== 400) findings.push(`a peer behind MESSAGE-INTEGRITY alone is answered with ${alone}, not 400`);

  for (const peer of peers) await client.indicate(peer, MARK);
  for (let it = 0x4000; it < 0x4000 + CHANNELS; it += 1) await client.push(it, MARK);
  return [...findings, ...(await sweep(client))];
}

/** Sweeps over addresses and ports. */
async function sweep(client) {
  const network = outsider.v4.replace(/\d+$/, '');
  const errors = new Set();
  for (let last = 0; last < SWEPT; last += 1) errors.add(await client.permit({ address: `${network}${last}`, port }));
  const strange = [...errors].filter((error) => error !== 403);
  for (let at = 0; at < PORTS; at += 1) await client.indicate({ address: outsider.v4, port: 1 + at * 64 }, MARK);
  for (let at = 0; at < 64; at += 1) {
    for (const leg of ['203.0.113.1', '203.0.113.2'])
      await client.indicate({ address: leg, port: FIRST_PORT + at }, MARK);
  }
  return strange.map((error) => `in a sweep the relay answers ${error}, not 403`);
}

/** Whether payloads of a siege have come somewhere. */
export async function suffered(client) {
  return (await client.heard()).filter((bytes) => bytes.includes(MARK)).length;
}
