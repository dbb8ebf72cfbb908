// Who may call is the callee's say, and what a caller learns of it.

import assert from 'node:assert/strict';
import { acquaint } from '../../harness/people.mjs';
import { nothingOpened } from '../../harness/talk.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('who was never written to is told openly that a message comes first (C-1)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.signUp(), bob.signUp()]);
  await ann.talkTo(bob);
  await ann.write(bob, 'Do you have a minute?');
  await ann.sees(new RegExp(`@${bob.handle} has to message you first`));
  assert.equal(await ann.button('Audio call').count(), 0);

  // The answer opens it, without a reload.
  await bob.talkTo(ann);
  await bob.write(ann, 'I do.');
  await ann.reads('I do.');
  await ann.page
    .getByText(/has to message you first/)
    .first()
    .waitFor({ state: 'hidden' });
  await ann.press('Call');
  await ann.button('Audio call').waitFor();
});

story(
  "the master switch is off: the caller hears it ring, the callee's browser does nothing (C-2, C-6)",
  async (people) => {
    const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
    await acquaint(ann, bob);
    await bob.page.goto('/settings/calls');
    await bob.page.getByRole('switch', { name: 'Audio and video calling' }).click();
    await bob.sees('Nobody can call you now.');

    await ann.call('Audio');
    await ann.button('End call').waitFor();
    await ann.sees(/Ringing|Calling/);
    await ann.press('End call');

    await bob.page.goto('/calls');
    await bob.sees('Calling was off');
    assert.deepEqual(bob.told('ring'), []);
    await nothingOpened(bob);
  },
);

const alone = world({ options: ['--relay', 'false'] });

alone('a call that would need a relay ends plainly, with no direct path instead (P-5)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await bob.page.goto('/settings/calls');
  await bob.page.getByRole('switch', { name: 'Enhanced call privacy' }).click();
  await bob.sees('Saved');
  await bob.talkTo(ann);

  await ann.call('Audio');
  await ann.sees('This call has to go through a relay, and this server has none.');
  await nothingOpened(bob);
  assert.deepEqual(ann.told('call_started'), []);
});
