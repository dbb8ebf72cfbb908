// The whole loop of a push: a person turns it on, the server encrypts and sends, a push service of the test's own decrypts
// with another implementation, the worker of the closed app shows it, and a press answers.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { acquaint } from '../../harness/people.mjs';
import { Phone } from '../../harness/phone.mjs';
import { PushService, vapidClaims } from '../../harness/push-service.mjs';
import { bothHear, nothingLeft } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const service = await PushService.start();
after(() => service.stop());
const story = world({ options: ['--push-origins', service.origin] });

/** Ann at her computer, and Bob's phone, which rings when the app is closed: he turned it on and closed it. */
async function reachable(people, tell) {
  const ann = await people.ann();
  const subscription = service.subscribe();
  const phone = await Phone.start(people.server, ann.handle.replace('ann', 'bob'), subscription);
  const stop = carry(phone, subscription);
  try {
    await acquaint(ann, phone, ['Ann', 'Bob']);
    await phone.page.goto('/messages');
    await phone.press('Turn on');
    await phone.button('Turn on').waitFor({ state: 'hidden' });
    await until('the server knows', async () => (await phone.ask('GET', '/devices'))[0].push === 'untried');
    await phone.closeApp();
    await tell(ann, phone, subscription);
    assert.deepEqual([...phone.complaints, ...service.complaints], []);
  } finally {
    await stop();
    await phone.leave();
  }
}

/** Hands what comes to the push service on to the browser, as the service of its maker would. */
function carry(phone, subscription) {
  let taken = 0;
  let over = false;
  const carrying = (async () => {
    while (!over) {
      const next = subscription.pushes[taken];
      if (next) {
        taken += 1;
        await phone.push(next.message);
      } else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return () => {
    over = true;
    return carrying;
  };
}

story(
  'a call rings on a closed phone, Answer there opens the app in the call, and both hear each other',
  async (people) => {
    await reachable(people, async (ann, phone, subscription) => {
      await ann.call('Audio');
      const note = await phone.desktop.sees('Ann is calling');
      await ann.sees('Ringing on 1 device');
      const { headers, message } = await subscription.next(({ birdcall }) => birdcall.type === 'ring');
      assert.equal(headers.urgency, 'high');
      assert.deepEqual(Object.keys(message.birdcall).sort(), ['call', 'caller', 'deadline', 'kind', 'type'], 'C-11');
      const { push_key } = await ann.ask('GET', '/me');
      assert.equal(vapidClaims(headers.authorization, push_key).aud, service.origin);

      await phone.opensBy(() => phone.desktop.press(note, 'Answer'));
      await bothHear(ann, phone);
      assert.equal(phone.desktop.now.length, 0);
      await ann.press('End call');
      await nothingLeft(phone);
    });
  },
);

story('a caller who gives up leaves one missed call on a closed phone; messages come too', async (people) => {
  await reachable(people, async (ann, phone) => {
    await ann.call('Video');
    await phone.desktop.sees('Ann is calling');
    await ann.press('End call');
    await phone.desktop.sees('Missed call from Ann');
    await phone.desktop.loses('Ann is calling');
    await ann.write(phone, 'You were not there.');
    assert.match((await phone.desktop.sees('Ann')).body, /You were not there\./);
    const titles = phone.desktop.now.map(({ title }) => title).sort();
    assert.deepEqual(titles, ['Ann', 'Missed call from Ann']);

    await phone.opensBy(() => phone.desktop.press(phone.desktop.now.find(({ title }) => title === 'Ann')));
    await phone.reads('You were not there.');
    await until('what was read is no notification any more', () => phone.desktop.now.length === 0);
  });
});

story('a call that is answered at the computer stops ringing on the closed phone', async (people) => {
  await reachable(people, async (ann, phone) => {
    const laptop = await people.named(phone.handle, 'high');
    await laptop.signIn();
    await ann.call('Audio');
    await phone.desktop.sees('Ann is calling');
    await ann.sees('Ringing on 2 devices');
    await laptop.answer('Accept');
    await phone.desktop.loses('Ann is calling');
    await bothHear(ann, laptop);
    assert.deepEqual(phone.desktop.now, []);
    assert.ok(!phone.desktop.shown.some(({ title }) => title.startsWith('Missed')));
    await laptop.press('End call');
  });
});

story('a test ring reaches the closed phone, and each step is told', async (people) => {
  await reachable(people, async (_ann, phone) => {
    const laptop = await people.named(phone.handle, 'high');
    await laptop.signIn();
    const other = async () => (await laptop.ask('GET', '/devices')).find(({ current }) => !current);
    await laptop.ask('POST', `/devices/${(await other()).id}/ring-test`);
    const note = await phone.desktop.sees('Test ring');
    const steps = async () => (await other()).ring_test.steps.map(({ step, way }) => `${step} ${way ?? ''}`.trim());
    await until('it was shown', steps, (it) => it.includes('shown push'));
    await phone.opensBy(() => phone.desktop.press(note));
    assert.equal(new URL(phone.page.url()).pathname, '/settings/devices');
    const all = await until('it was opened', steps, (it) => it.includes('opened push'));
    const pushed = all.filter((step) => step.endsWith(' push'));
    // The push service delivers before it answers, so the device may be the first to tell.
    assert.deepEqual(pushed.toSorted(), ['accepted push', 'opened push', 'sent push', 'shown push']);
    assert.deepEqual([pushed[0], pushed.at(-1)], ['sent push', 'opened push']);
    await laptop.page.goto('/settings/devices');
    await laptop.sees('It rings, also when Birdcall is closed.');
    await laptop.sees('Rings also when Birdcall is closed.');
  });
});

story('what the browser dropped is made anew at the next start; signing out ends it', async (people) => {
  await reachable(people, async (ann, phone, subscription) => {
    await phone.opensBy(() => phone.context.newPage().then((page) => page.goto('/messages')));
    await phone.page.waitForLoadState('networkidle');
    const standing = async () => (await phone.ask('GET', '/devices'))[0].push;
    await phone.ask('DELETE', '/devices/current/push');
    await phone.page.evaluate(() => localStorage.removeItem('test-subscription'));
    assert.equal(await standing(), 'off');
    await phone.page.reload();
    await until('it is there again', standing, (it) => it === 'untried');

    // Turned off by the switch it stays off, and on again by a press.
    await phone.page.goto('/settings/devices');
    await phone.press('Turn off');
    await until('it is off', standing, (it) => it === 'off');
    await phone.page.reload();
    await phone.button('Turn on').waitFor();
    await phone.page.waitForLoadState('networkidle');
    assert.equal(await standing(), 'off');
    await phone.press('Turn on');
    await until('it is on', standing, (it) => it === 'untried');

    // The permission was taken back in the browser's own settings: the server hears of it at the next start.
    await phone.context.clearPermissions();
    await phone.page.reload();
    await until('it is off', standing, (it) => it === 'off');
    await phone.allowNotifications();
    await phone.press('Turn on');
    await until('it is on', standing, (it) => it === 'untried');

    await phone.page.goto('/settings');
    await phone.press('Sign out');
    await phone.button('Sign in').waitFor();
    const left = await phone.page.evaluate(() => localStorage.getItem('test-subscription'));
    assert.equal(left, null);
    const before = subscription.pushes.length;
    await ann.write(phone, 'Are you there?');
    await ann.call('Audio');
    await ann.sees('No device reachable');
    assert.equal(subscription.pushes.length, before);
    await ann.press('End call');
  });
});
