// What may happen to a call from outside of it: somebody else calls, somebody blocks, another tab is there.

import assert from 'node:assert/strict';
import { acquaint, writeToEachOther } from '../../harness/people.mjs';
import { made } from '../../harness/probe.mjs';
import { bothHear, nothingLeft } from '../../harness/talk.mjs';
import { audioCall, end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('somebody who calls a person in a call waits, and may be taken instead (C-15)', async (people) => {
  const [ann, bob, cleo] = await Promise.all([people.ann(), people.bob(), people.device('cleo', 'low')]);
  await acquaint(ann, bob);
  await cleo.enter();
  await cleo.ask('PUT', `/people/${bob.handle}/follow`);
  await bob.ask('PUT', `/people/${cleo.handle}/follow`);
  await writeToEachOther(bob, cleo);
  await bob.talkTo(ann);
  await audioCall(ann, bob);

  await cleo.call('Audio');
  await bob.button('End and accept').waitFor();
  assert.deepEqual((await made(bob.page)).connections, ['connected'], 'a waiting call opens nothing');
  await bothHear(ann, bob);
  await bob.answer('End and accept');
  await nothingLeft(ann);
  await bothHear(cleo, bob);
  await end(cleo, bob);
});

story('who is blocked during a call is out of it at once (C-4, C-7)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  await bob.ask('PUT', `/people/${ann.handle}/block`);
  await Promise.all([nothingLeft(ann), nothingLeft(bob)]);
  assert.equal(await ann.page.getByText(/block/i).count(), 0, 'she is not told why');
});

story('a call is in one tab; another tab says so, and may take it over', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  const first = bob.page;
  const second = await bob.open();
  await second.goto('/messages');
  await bob.sees(/in another tab/);
  assert.deepEqual(await made(second), { connections: [], asked: [], tracks: [], live: [] });

  await bob.press('Bring it here');
  await bothHear(ann, bob);
  bob.page = first;
  await nothingLeft(bob);
  bob.page = second;
  await end(bob, ann);
});
