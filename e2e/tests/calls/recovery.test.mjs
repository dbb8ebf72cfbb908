// A call outlives a reloaded page, a lost signalling connection and a killed server (C-13, C-19).

import assert from 'node:assert/strict';
import { acquaint } from '../../harness/people.mjs';
import { received } from '../../harness/probe.mjs';
import { bothHear, hears } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { audioCall, end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('a reloaded page is back in its call, and media flows again', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  const first = (await ann.hears('call_started')).epoch;

  await bob.page.reload();
  await bob.hears('call_started', (frame) => frame.epoch > first);
  await ann.hears('call_started', (frame) => frame.epoch > first);
  await bothHear(ann, bob);

  await ann.page.reload();
  await ann.hears('call_started', (frame) => frame.epoch > first + 1);
  await bothHear(ann, bob);
  await end(bob, ann);
});

story('a killed server does not end a call, and the one after it can', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);

  await people.server.kill();
  await Promise.all([hears(ann, bob), hears(bob, ann)]);
  const welcomes = [ann.told('welcome').length, bob.told('welcome').length];
  await people.server.again();
  await until(
    'both are connected again',
    () => [ann.told('welcome').length, bob.told('welcome').length],
    ([hers, his]) => hers > welcomes[0] && his > welcomes[1],
    40_000,
  );
  await Promise.all([hears(ann, bob), hears(bob, ann)]);
  assert.equal((await received(ann.page)).state, 'connected');
  await end(ann, bob);
  await bob.reads(/Audio call, \d+ s/);
});

story('a device that loses its network for a moment stays in its call', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);

  const before = bob.told('welcome').length;
  await bob.context.setOffline(true);
  await bob.sees(/offline|reconnecting/i);
  await bob.context.setOffline(false);
  await until(
    'the socket is back',
    () => bob.told('welcome').length,
    (count) => count > before,
    40_000,
  );
  await bothHear(ann, bob);
  await end(ann, bob);
});

story('a server killed while it rings leaves one missed call', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await people.server.kill();
  await people.server.again();
  await bob.hears('ring', () => bob.told('ring').length > 1);
  await bob.button('Accept').waitFor();
  await ann.hears('welcome', () => ann.told('welcome').length > 1);
  await ann.press('End call');
  await bob.reads(/Missed audio call, /);
  assert.equal(await bob.entries(/Missed audio call, /).count(), 1);
});
