// Two nodes on one PostgreSQL with NATS between them, and people on either: what they say and their call go across, and a
// node that is told to stop hands both over without anybody being dropped.

import assert from 'node:assert/strict';
import { Cluster } from '../harness/cluster/cluster.mjs';
import { letOnlyRelay, noteConnections, noted, relayUsed } from '../harness/cluster/used.mjs';
import { giveEar, silences, told } from '../harness/ear.mjs';
import { setPrivacy } from '../harness/net/conversation.mjs';
import { acquaint } from '../harness/people.mjs';
import { bothHear, hears } from '../harness/talk.mjs';
import { holds, until } from '../harness/until.mjs';
import { end } from '../harness/whole-way.mjs';
import { world } from '../harness/world.mjs';

/** The voice has pauses of 100 ms in which nothing is to be heard. */
const PAUSE = 120;

/** No longer silence may come of it, in milliseconds. It is far less; but a busy machine stumbles. */
const MOST = 1_000;

const ms = (time) => `${Math.round(time)} ms`;

/** How long it is listened to before and after the move, in milliseconds. */
const CALM = 2_000;

const story = world({
  serve: () => Cluster.start(2),
  // Ann comes in where node one is near, bob where node two is.
  door: ({ doors }, voice) => doors[voice === 'low' ? 0 : 1],
});

/** Media of both goes over this relay. */
const relayedBy = (people, url) =>
  Promise.all(
    people.map((person) =>
      until(
        `@${person.handle}'s media goes over ${url}`,
        () => relayUsed(person.page),
        (used) => used === url,
      ),
    ),
  );

/** The longest silence that somebody heard between two times, in milliseconds. */
async function longest({ page }, from, to) {
  const { sounds } = await told(page, from);
  return Math.max(0, ...silences(sounds, from, to, 0).map(([start, stop]) => stop - start));
}

/** Both have heard each other for a while without more than the voice's own pauses; since when. */
async function calm(people, span) {
  await holds(
    'both hear each other all the time',
    span,
    async () => {
      const now = Date.now();
      const gaps = await Promise.all(people.map((person) => longest(person, now - 2 * PAUSE, now)));
      return Math.max(...gaps);
    },
    (gap) => gap < 2 * PAUSE,
  );
  return Date.now() - span;
}

story('a node that is told to stop hands over messages and a call, and nobody is dropped', async (people) => {
  const { nodes, relays } = people.server;
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  for (const person of [ann, bob]) {
    await giveEar(person.context);
    await noteConnections(person.context);
    await person.page.reload();
  }
  await acquaint(ann, bob);
  await setPrivacy(ann, true);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bothHear(ann, bob);
  await relayedBy([ann, bob], relays[0]);
  const before = await calm([ann, bob], CALM);
  const welcomes = [ann.told('welcome').length, bob.told('welcome').length];

  const drained = Date.now();
  const code = await nodes[0].drain();
  const took = Date.now() - drained;
  assert.equal(code, 0);
  await relayedBy([ann, bob], relays[1]);
  await until('ann is at the other node', () => ann.told('welcome').length > welcomes[0]);
  assert.equal(bob.told('welcome').length, welcomes[1], 'bob stayed where he was');
  await calm([ann, bob], CALM);
  const over = Date.now();
  for (const person of [ann, bob]) {
    const usual = await longest(person, before, drained);
    const moving = await longest(person, drained, over);
    console.log(`@${person.handle} heard nothing for ${ms(usual)} at most before, and ${ms(moving)} in the move`);
    assert.ok(moving < MOST, `@${person.handle} heard nothing for ${ms(moving)}`);
    const { connections, read } = await noted(person.page);
    const [first, second] = connections;
    assert.equal(connections.length, 2);
    assert.ok(second.up < first.closed, 'one connection was there until the next was up');
    assert.deepEqual(read, [], 'nothing was said of it');
  }
  console.log(`the node ended ${took} ms after it was told to`);

  await end(bob, ann);
  for (const person of [ann, bob]) {
    await person.reads(/Audio call, \d+ s/);
    assert.equal(await person.entries(/audio call/i).count(), 1, 'one entry');
  }
  await ann.write(bob, 'Did you notice anything?');
  await bob.reads('Did you notice anything?');
  await bob.write(ann, 'Nothing.');
  await ann.reads('Nothing.');
  await people.server.again(0);
});

story('a direct call that found no way but the relay moves with it', async (people) => {
  const { nodes, relays } = people.server;
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  for (const person of [ann, bob]) {
    await noteConnections(person.context);
    await letOnlyRelay(person.context);
    await person.page.reload();
  }
  await acquaint(ann, bob);
  await ann.call('Audio');
  await bob.answer('Accept');
  assert.equal((await ann.hears('call_started')).path, 'direct');
  await bothHear(ann, bob);
  await relayedBy([ann, bob], relays[0]);
  assert.equal(await nodes[0].drain(), 0);
  await relayedBy([ann, bob], relays[1]);
  await Promise.all([hears(ann, bob), hears(bob, ann)]);
  for (const { page } of [ann, bob]) {
    const { connections, read } = await noted(page);
    assert.ok(connections[1].up < connections[0].closed, 'one connection was there until the next was up');
    assert.deepEqual(read, []);
  }
  await end(bob, ann);
});
