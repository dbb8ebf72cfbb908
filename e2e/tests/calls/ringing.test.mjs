// What may happen while it rings: several devices, declining, giving up, calling at once, a change of mind.

import assert from 'node:assert/strict';

import { acquaint } from '../../harness/people.mjs';
import { made } from '../../harness/probe.mjs';
import { bothHear, nothingOpened } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('three devices ring, one answers, the others stop and say so (C-12)', async (people) => {
  const [ann, phone, laptop, tablet] = await Promise.all([people.ann(), people.bob(), people.bob(), people.bob()]);
  await acquaint(ann, phone);
  await Promise.all([laptop.signIn(), tablet.signIn()]);

  await ann.call('Audio');
  await ann.sees('Ringing on 3 devices');
  await Promise.all([phone, laptop, tablet].map((device) => device.button('Accept').waitFor()));
  await laptop.answer('Accept');
  for (const other of [phone, tablet]) {
    const stopped = await other.hears('ring_stopped');
    assert.equal(stopped.reason, 'answered_elsewhere');
    await other.sees(/answered on another device/i);
    await other.button('Accept').waitFor({ state: 'hidden' });
  }
  await bothHear(ann, laptop);
  await end(laptop, ann);
  await Promise.all([nothingOpened(phone), nothingOpened(tablet)]);
});

story('decline on one device ends the ringing on all, and the caller is told', async (people) => {
  const [ann, phone, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
  await acquaint(ann, phone);
  await laptop.signIn();

  await ann.call('Video');
  await Promise.all([phone, laptop].map((device) => device.button('Accept with video').waitFor()));
  await phone.answer('Decline');
  await laptop.button('Accept').waitFor({ state: 'hidden' });
  assert.equal((await laptop.hears('ring_stopped')).reason, 'declined_elsewhere');
  assert.equal((await ann.hears('call_ended')).reason, 'declined');
  await ann.sees(/declined/i);
  await phone.reads(/Video call, declined, /);
  await Promise.all([nothingOpened(phone), nothingOpened(laptop)]);
});

story('decline with a message: one that is offered, or one of their own, by keyboard alone', async (people) => {
  const [ann, bob, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
  await acquaint(ann, bob);
  await laptop.signIn();

  await ann.call('Audio');
  await laptop.button('Accept').waitFor();
  await bob.answer('Message');
  // Who only looks at the messages has declined nothing yet.
  await bob.press('Back to the ring');
  await bob.answer('Message');
  await bob.answer("Can't talk right now.");
  await bob.sees(/^Declined, with a message to /);
  assert.equal((await ann.hears('call_ended')).reason, 'declined');
  await laptop.button('Accept').waitFor({ state: 'hidden' });
  await ann.reads("Can't talk right now.");
  await bob.reads("Can't talk right now.");

  await ann.call('Video');
  const message = bob.button('Message');
  await bob.couldPress('Message');
  const { keyboard } = bob.page;
  await message.focus();
  await keyboard.press('Enter');
  const group = bob.page.getByRole('group', { name: /^Decline and tell / });
  await group.waitFor();
  await keyboard.press('Escape');
  await until('the focus is back where it was', () => message.evaluate((it) => it === document.activeElement), Boolean);
  await keyboard.press('Enter');
  await group.waitFor();
  // Back, three messages, and then one's own words.
  for (let tabs = 0; tabs < 5; tabs += 1) await keyboard.press('Tab');
  await keyboard.type('Dinner. At nine?');
  await keyboard.press('Enter');
  assert.equal((await ann.hears('call_ended', (frame) => frame.call !== bob.told('ring')[0].call)).reason, 'declined');
  await ann.reads('Dinner. At nine?');
  assert.equal(await ann.entries('Dinner. At nine?').count(), 1);
  await Promise.all([nothingOpened(bob), nothingOpened(laptop)]);
});

story('a caller who gives up leaves one missed call (C-14)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);

  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await ann.press('End call');
  await bob.button('Accept').waitFor({ state: 'hidden' });
  await bob.reads(/Missed audio call, /);
  await ann.reads(/Audio call, cancelled, /);
  await bob.page.goto('/calls');
  await bob.sees('Missed');
  await nothingOpened(bob);
});

story('two people who call each other at once end up in one call (C-15)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  // The ring is on its way to bob for as long as he takes to call her.
  const release = await bob.holdBack('ring');
  await bob.talkTo(ann);

  await ann.call('Audio');
  await ann.button('End call').waitFor();
  await bob.call('Audio');
  await bothHear(ann, bob);
  release();
  await bothHear(ann, bob);
  assert.equal(await bob.button('Accept').count(), 0, 'what is answered does not ring');
  const [hers, his] = await Promise.all([made(ann.page), made(bob.page)]);
  assert.equal(hers.connections.length, 1);
  assert.equal(his.connections.length, 1);
  await end(ann, bob);
  await bob.reads(/Audio call, \d+ s/);
  assert.equal(await bob.entries(/Audio call/).count(), 1, 'one call, one entry');
});

story('a setting changed while it rings stops it; the caller hears it ring on (C-7, C-6)', async (people) => {
  const [ann, phone, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
  await acquaint(ann, phone);
  await laptop.signIn();

  await ann.call('Audio');
  await Promise.all([phone, laptop].map((device) => device.button('Accept').waitFor()));
  // A ring covers the page, so the change comes from where there is none: straight from the laptop's session.
  const { calling } = await laptop.ask('GET', '/me');
  await laptop.ask('PUT', '/me/calling', { ...calling, enabled: false });
  for (const device of [phone, laptop]) {
    await device.button('Accept').waitFor({ state: 'hidden' });
    assert.equal((await device.hears('ring_stopped')).reason, 'not_allowed');
  }
  assert.deepEqual(ann.told('call_ended'), []);
  await ann.sees(/Ringing|Calling/);
  await ann.press('End call');
  await ann.reads(/Audio call, cancelled, /);
  await befriended(ann, phone);
});

/** They are still who they were to each other: nothing but the call was touched. */
async function befriended(ann, bob) {
  await ann.write(bob, 'Never mind.');
  await bob.reads('Never mind.');
}
