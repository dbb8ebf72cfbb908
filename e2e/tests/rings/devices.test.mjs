// The devices of a person: their names, which of them ring, and the test of that.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint } from '../../harness/people.mjs';
import { nothingOpened } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

const current = (person) => person.page.getByRole('group').filter({ hasText: /This device/ });
const other = (person) => person.page.getByRole('group').filter({ hasNotText: /This device/ });
const silence = (device) => device.getByRole('switch', { name: 'Silence this device' });

story(
  'a silenced device does not ring while the other does, and stops when it is silenced meanwhile',
  async (people) => {
    const [ann, phone, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
    await acquaint(ann, phone);
    await laptop.signIn();
    await phone.page.goto('/settings/devices');
    await laptop.page.goto('/settings/devices');

    // Silenced from the other device, and shown on both.
    await silence(other(laptop)).click();
    await other(laptop).getByText('Silenced: calls leave it alone.').waitFor();
    await until('the phone shows it', () => silence(current(phone)).isChecked());
    await ann.call('Audio');
    await laptop.button('Accept').waitFor();
    await ann.sees('Ringing on 1 device');
    assert.deepEqual(phone.told('ring'), []);
    await laptop.answer('Decline');
    await ann.hears('call_ended');

    // Allowed again, it rings; silenced while it rings, it stops, and the other rings on.
    await silence(current(phone)).click();
    await until('the laptop shows it', async () => !(await silence(other(laptop)).isChecked()));
    await ann.call('Audio');
    await Promise.all([phone, laptop].map((device) => device.button('Accept').waitFor()));
    const { device } = await phone.ask('GET', '/me');
    await laptop.ask('PATCH', `/devices/${device}`, { silenced: true });
    await phone.button('Accept').waitFor({ state: 'hidden' });
    assert.equal(await laptop.button('Accept').isVisible(), true);
    await nothingOpened(phone);
  },
);

story('a device is renamed in place, and is called so on all of them', async (people) => {
  const [phone, laptop] = await Promise.all([people.bob(), people.bob()]);
  await phone.enter();
  await laptop.signIn();
  await Promise.all([phone, laptop].map((device) => device.page.goto('/settings/devices')));
  const { page } = laptop;
  await other(laptop)
    .getByRole('button', { name: /^Rename / })
    .click();
  await page.keyboard.type('Kitchen tablet');
  await page.keyboard.press('Enter');
  const renamed = page.getByRole('button', { name: 'Rename Kitchen tablet' });
  await renamed.waitFor();
  await until('the focus is where it was', () => renamed.evaluate((it) => it === document.activeElement));
  await phone.page.getByRole('heading', { name: 'Kitchen tablet' }).waitFor();

  await page.keyboard.press('Enter');
  await page.keyboard.type('Something else');
  await page.keyboard.press('Escape');
  await renamed.waitFor();
});

story('a test rings the open app for real, and its steps are told on the other device', async (people) => {
  const [phone, laptop] = await Promise.all([
    people.device('bob', 'high', { viewport: { width: 390, height: 844 } }),
    people.device('bob', 'high', { colorScheme: 'dark' }),
  ]);
  await phone.enter();
  await laptop.signIn();
  await countNotes(phone);
  await phone.page.goto('/settings/devices');
  await laptop.page.goto('/settings/devices');
  const card = phone.page.getByRole('alertdialog', { name: 'Test ring – nobody is calling' });

  await other(laptop)
    .getByRole('button', { name: /^Ring me in 10 seconds/ })
    .click();
  await laptop.sees(/^It rings in \d+ s\.$/);
  await accessible(laptop, 'a test that counts down');
  assert.equal(await card.count(), 0, 'nothing rings before its time');
  assert.equal(await notes(phone), 0);
  await card.waitFor();
  await until('the ring tone is heard', () => notes(phone), Boolean);
  await accessible(phone, 'a test ring');
  await laptop.sees('The open app rang');
  assert.equal(laptop.told('test_ring').length, 0, 'the other device does not ring');
  await phone.answer('It works');
  await card.waitFor({ state: 'hidden' });
  for (const words of ['Sent to the open app', 'Notifications are not switched on', 'Somebody pressed it in the app']) {
    await other(laptop).getByText(words).waitFor();
  }
  await other(laptop).getByText('It rings while Birdcall is open.').waitFor();
  await Promise.all([accessible(phone, 'a finished test'), accessible(laptop, 'a finished test, dark')]);

  // It stands there for whoever comes later, and a device that is closed is told from one that rings.
  await phone.leave();
  await laptop.page.reload();
  await other(laptop).getByText('It rings while Birdcall is open.').waitFor();
  await until('the laptop knows that the phone is gone', () => other(laptop).getByText('Last seen').count(), Boolean);
  await other(laptop)
    .getByRole('button', { name: /^Ring me in 10 seconds/ })
    .click();
  await other(laptop).getByText('It did not ring.').waitFor();
  await other(laptop).getByText('Birdcall is not open').waitFor();
});

story('a test does not cover a call: it is a card above it', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  const { device } = await bob.ask('GET', '/me');
  await bob.ask('POST', `/devices/${device}/ring-test`);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bob.button('End call').waitFor();
  await bob.button('It works').waitFor();
  await bob.press('Mute');
  await bob.button('Unmute').waitFor();
  await bob.answer('Close');
  await bob.button('It works').waitFor({ state: 'hidden' });
  await bob.button('End call').waitFor();
});

/** Counts what the browser is asked to sound, from the next page on. */
async function countNotes(person) {
  await person.context.addInitScript(() => {
    window.notes = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.notes += 1;
      return start.apply(this, when);
    };
  });
}

const notes = (person) => person.page.evaluate(() => window.notes);
