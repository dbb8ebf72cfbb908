// Message requests, read receipts and typing (M-4).

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

const meet = async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  return [ann, bob];
};

story(
  'a stranger waits in a list of their own; an answer opens the conversation, and then receipts',
  async (people) => {
    const [ann, bob] = await meet(people);
    await bob.page.goto('/messages');
    await ann.talkTo(bob);
    await ann.write(bob, 'see https://example.org/offer');
    await ann.sees('Sent');
    const link = bob.page.getByRole('link', { name: /Message requests/ });
    await link.waitFor();
    assert.equal(await bob.page.title(), 'Messages · Birdcall', 'a request is not counted as unread');
    await link.click();
    await bob.page.getByRole('heading', { name: 'Message requests' }).waitFor();
    await accessible(bob, 'message requests');
    await bob.page.getByRole('link', { name: new RegExp(`@${ann.handle}`) }).click();
    await bob.reads('see https://example.org/offer');
    assert.equal(await bob.page.getByRole('link', { name: 'https://example.org/offer', exact: true }).count(), 0);
    await accessible(bob, 'a message request');
    // Nobody is told that it was opened, nor that somebody types.
    await bob.page.getByRole('textbox').last().pressSequentially('hm');
    assert.equal(ann.told('seen').length + ann.told('typing').length, 0);

    await bob.press('Accept');
    await bob.page.getByRole('link', { name: 'https://example.org/offer', exact: true }).waitFor();
    await bob.page.getByRole('textbox').last().fill('');
    await bob.write(ann, 'thank you');
    await ann.reads('thank you');
    await ann.sees(/^Read /);
    // Now both know each other.
    await bob.page.getByRole('textbox').last().pressSequentially('one moment');
    await ann.sees('typing…');
  },
);

story('a request is deleted, and can be had back for a moment', async (people) => {
  const [ann, bob] = await meet(people);
  await ann.talkTo(bob);
  await ann.write(bob, 'hello');
  await bob.page.goto('/requests');
  await bob.page.getByRole('link', { name: new RegExp(`@${ann.handle}`) }).click();
  await bob.press('Delete');
  await bob.press('Undo');
  await bob.page.getByRole('link', { name: /Message requests/ }).waitFor();
  await bob.page.goto(`/messages/${ann.handle}`);
  await bob.press('Delete');
  await bob.page.goto('/requests');
  await bob.page.getByText('No message requests').waitFor();
  assert.deepEqual(await bob.ask('GET', '/requests'), []);
});

story('receipts and typing are off for both sides by one switch', async (people) => {
  const [ann, bob] = await meet(people);
  await ann.talkTo(bob);
  await ann.write(bob, 'hello');
  await bob.talkTo(ann);
  await bob.write(ann, 'hello yourself');
  await ann.sees(/^Read /);
  await ann.page.goto('/settings/messages');
  const toggle = ann.page.getByRole('switch', { name: 'Read receipts and typing' });
  await toggle.uncheck();
  await ann.sees('Saved');
  await accessible(ann, 'settings of messages');
  await ann.talkTo(bob);
  await ann.write(bob, 'still there?');
  await bob.reads('still there?');
  await bob.page.getByRole('textbox').last().pressSequentially('yes');
  await until('bob has read it', async () => (await bob.ask('GET', `/conversations/${ann.handle}`)).unread === 0);
  const before = ann.told('seen').length;
  await ann.sees('Sent');
  assert.equal(ann.told('seen').length, before);
});
