// The weather of the bench is what it is said to be: packets get lost, wait and queue up, and on a clear day none of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Network } from '../harness/net/namespaces.mjs';
import { Weather } from '../harness/net/weather.mjs';
import { until } from '../harness/until.mjs';

const DATAGRAMS = new URL('../harness/net/datagrams.mjs', import.meta.url);
const MANY = 400;

let network;
let weather;
let ann;
let bob;
let port;

before(async () => {
  network = Network.build();
  const { hosts } = network;
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  weather = await Weather.over(network, hosts.bob, seed);
  ann = await hosts.ann.inside.make(DATAGRAMS, 'Datagrams');
  bob = await hosts.bob.inside.make(DATAGRAMS, 'Datagrams');
  await ann.bind(hosts.ann.v4);
  port = await bob.bind(hosts.bob.v4);
  await bob.echo();
});
after(() => network?.remove());

/** How many of so many datagrams came back, and how long the first one took. */
async function echoes(count, bytes = 20) {
  const before = (await ann.arrived()).length;
  const started = performance.now();
  let first;
  for (let at = 0; at < count; at += 1) await ann.send(`${at} `.padEnd(bytes, '.'), port, network.hosts.bob.v4);
  let last = before;
  await until('nothing comes back any more', async () => {
    const now = (await ann.arrived()).length;
    if (now > before) first ??= performance.now() - started;
    const still = now === last;
    last = now;
    // Longer than any way there and back in this file.
    if (still) await new Promise((resolve) => setTimeout(resolve, 900));
    return still && (await ann.arrived()).length === now && (now > before || performance.now() - started > 2_000);
  });
  return { back: last - before, first };
}

test('on a clear day everything arrives', async () => {
  await weather.set();
  assert.equal((await echoes(MANY)).back, MANY);
});

test('half of what is sent gets lost, each way', async () => {
  await weather.set({ loss: 50 });
  const { back } = await echoes(MANY);
  // A quarter comes back: six standard deviations to each side are left.
  assert.ok(back > 48 && back < 152, `${back} of ${MANY} came back`);
});

test('each way takes its time', async () => {
  await weather.set({ delay: 300 });
  const { back, first } = await echoes(10);
  assert.equal(back, 10);
  assert.ok(first >= 600, `there and back in ${first} ms`);
});

test('what is too much for the rate queues up, and then gets lost', async () => {
  await weather.set({ rate: 100_000 });
  // 6,250 bytes are half a second, which is the length of the queue; 20,000 are sent.
  const { back } = await echoes(20, 958);
  assert.ok(back >= 5 && back <= 8, `${back} of 20 came back`);
});
