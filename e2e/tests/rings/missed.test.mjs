// Nobody answers (C-13). A short ring, by the server's own option.

import assert from 'node:assert/strict';
import { acquaint } from '../../harness/people.mjs';
import { nothingOpened } from '../../harness/talk.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--ring-seconds', '6'] });

story('a ring that nobody answers is one missed call, and can be called back', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await ann.call('Video');
  await bob.button('Accept').waitFor();
  await bob.button('Accept').waitFor({ state: 'hidden' });
  assert.equal((await bob.hears('ring_stopped')).reason, 'no_answer');
  assert.equal((await ann.hears('call_ended')).reason, 'no_answer');
  await ann.sees(/no answer/i);
  await bob.reads(/Missed video call, /);
  assert.equal(await bob.entries(/Missed video call, /).count(), 1);
  await nothingOpened(bob);

  await bob.press('Call back');
  await ann.button('Accept').waitFor();
  await ann.answer('Decline');
  await bob.sees(/declined/i);
});

story(
  "a call that the callee's settings keep from ringing ends like any other that nobody answers (C-6)",
  async (people) => {
    const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
    await acquaint(ann, bob);
    await bob.page.goto('/settings/calls');
    await bob.page.getByRole('switch', { name: 'Audio and video calling' }).click();
    await bob.sees('Nobody can call you now.');

    await ann.call('Audio');
    assert.equal((await ann.hears('call_ended')).reason, 'no_answer');
    await ann.sees(/no answer/i);
    assert.deepEqual(bob.told('ring'), []);
    await bob.page.goto('/calls');
    await bob.sees('Calling was off');
  },
);
