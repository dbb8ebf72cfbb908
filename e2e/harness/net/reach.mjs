// Two hosts can reach each other: without that, packets that do not appear prove nothing.

import { until } from '../until.mjs';

const DATAGRAMS = new URL('./datagrams.mjs', import.meta.url);

/**
 * Ann's host and bob's exchange packets in both directions and both families, and both captures show them.
 * @param {import('./town.mjs').Town} town
 */
export async function reachEachOther({ hosts: { ann, bob, outsider }, captures }) {
  for (const family of ['v4', 'v6']) {
    await Promise.all([exchange(ann, bob, family), exchange(bob, ann, family), exchange(ann, outsider, family)]);
    for (const [at, from] of [
      [bob, ann],
      [ann, bob],
    ]) {
      const seen = captures[at.name].packets.some(
        ({ source, target }) => source === from[family] && target === at[family],
      );
      if (!seen) throw new Error(`this run is invalid: no packet from ${from.name} in the capture at ${at.name}`);
    }
  }
}

async function exchange(from, to, family) {
  const [asking, answering] = await Promise.all([
    from.inside.make(DATAGRAMS, 'Datagrams'),
    to.inside.make(DATAGRAMS, 'Datagrams'),
  ]);
  await asking.bind(from[family]);
  const port = await answering.bind(to[family]);
  await answering.echo();
  await until(
    `an answer from ${to.name} to ${from.name} over ${family}; else this run is invalid`,
    async () => {
      await asking.send('hello', port, to[family]);
      return asking.arrived();
    },
    (answers) => answers.length > 0,
  );
  await Promise.all([asking.close(), answering.close()]);
}
