// All devices of a person agree, also one that was away; and presses that cross on the wire come to one end.

import assert from 'node:assert/strict';

import { acquaint } from '../../harness/people.mjs';
import { made } from '../../harness/probe.mjs';
import { bothHear } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** How many unread conversations a page says there are, by its title. */
const unread = async (device) => Number(/^\((\d+)\)/.exec(await device.page.title())?.[1] ?? 0);

const unreadIs = (device, count) =>
  until(
    `@${device.handle} has ${count} unread`,
    () => unread(device),
    (now) => now === count,
  );

story('what is read, set and missed on one device is so on all, also on one that was away', async (people) => {
  const [ann, phone, laptop, tablet] = await Promise.all([people.ann(), people.bob(), people.bob(), people.bob()]);
  await acquaint(ann, phone);
  await Promise.all([laptop.signIn(), tablet.signIn()]);
  // Nobody looks at the conversation.
  await phone.page.goto('/people');
  await laptop.page.goto('/settings/calls');
  await tablet.page.close();

  await ann.write(phone, 'Are you there?');
  await Promise.all([unreadIs(phone, 1), unreadIs(laptop, 1)]);
  await phone.talkTo(ann);
  await phone.reads('Are you there?');
  await unreadIs(laptop, 0);

  const privacy = (device) => device.page.getByRole('switch', { name: 'Enhanced call privacy' });
  await phone.page.goto('/settings/calls');
  await privacy(phone).click();
  await until('the laptop shows the setting', () => privacy(laptop).isChecked(), Boolean);
  await privacy(phone).click();
  await until(
    'and its end',
    () => privacy(laptop).isChecked(),
    (on) => !on,
  );

  await ann.call('Audio');
  await Promise.all([phone, laptop].map((device) => device.button('Accept').waitFor()));
  await ann.press('End call');
  await Promise.all([unreadIs(phone, 1), unreadIs(laptop, 1)]);

  tablet.frames.splice(0);
  await tablet.open();
  await tablet.page.goto('/messages');
  await unreadIs(tablet, 1);
  assert.deepEqual(tablet.told('ring'), [], 'what is over does not ring late (C-14)');
  await tablet.talkTo(ann);
  await tablet.reads('Are you there?');
  assert.equal(await tablet.entries(/Missed audio call/).count(), 1);
  await Promise.all([unreadIs(phone, 0), unreadIs(laptop, 0)]);
});

story(
  'two devices that accept in the same moment: one is in the call, the other sent nothing (C-12)',
  async (people) => {
    const [ann, phone, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
    await acquaint(ann, phone);
    await laptop.signIn();
    // Neither learns of the other in time.
    const releases = await Promise.all([phone, laptop].map((device) => device.holdBack('ring_stopped')));
    await Promise.all([phone.talkTo(ann), laptop.talkTo(ann)]);

    await ann.call('Audio');
    await Promise.all([phone.answer('Accept'), laptop.answer('Accept')]);
    const winner = await until(
      'one of the two is in the call',
      () => [phone, laptop].find((device) => device.told('call_started').length > 0),
      Boolean,
    );
    const other = winner === phone ? laptop : phone;
    for (const release of releases) release();
    await other.sees(/answered on another device/i);
    await bothHear(ann, winner);
    assert.deepEqual(other.told('call_started'), []);
    const { connections } = await made(other.page);
    assert.equal(connections.length, 0, 'without a connection no media was sent');
    await end(winner, ann);
  },
);

story(
  'an answer that crosses the caller giving up: the call ends for both, nobody stays on the line',
  async (people) => {
    const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
    await acquaint(ann, bob);
    // Ann does not learn in time that he has answered.
    const release = await ann.holdBack('call_started', { all: true });
    await ann.talkTo(bob);
    await ann.call('Audio');
    await bob.answer('Accept');
    await bob.hears('call_started');
    await ann.press('End call');
    release();
    assert.equal((await bob.hears('call_ended')).reason, 'hung_up');
    await ann.button('End call').waitFor({ state: 'hidden' });
    await Promise.all([ann, bob].map((one) => one.reads(/Audio call/)));
    assert.equal(await bob.entries(/Audio call/).count(), 1);
  },
);

story('giving up that crosses the answer: the call was missed, and the one who pressed is told', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  // Bob does not learn in time that she has given up.
  const release = await bob.holdBack('ring_stopped');
  await bob.talkTo(ann);
  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await ann.press('End call');
  await ann.hears('call_ended');
  await bob.answer('Accept');
  await bob.hears('refused');
  await bob.button('Accept').waitFor({ state: 'hidden' });
  release();
  await bob.reads(/Missed audio call/);
  assert.deepEqual(bob.told('call_started'), []);
  const { connections } = await made(bob.page);
  assert.equal(connections.length, 0);
});
