// Everybody can use it: axe finds nothing serious anywhere, and a keyboard is enough for a call.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint, PASSWORD } from '../../harness/people.mjs';
import { bothHear, nothingLeft } from '../../harness/talk.mjs';
import { end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

for (const colorScheme of ['light', 'dark']) {
  story(`axe finds nothing serious on any page, ${colorScheme}`, async (people) => {
    const [ann, bob] = await Promise.all([
      people.device('ann', 'low', { colorScheme }),
      people.device('bob', 'high', { colorScheme, viewport: { width: 390, height: 844 } }),
    ]);
    await ann.button('Sign in').waitFor();
    await accessible(ann, 'sign in');
    await ann.press('Sign up');
    await accessible(ann, 'sign up');
    const cleo = await people.device('cleo', 'low', { colorScheme });
    await cleo.ask('POST', '/accounts', { handle: cleo.handle, password: PASSWORD });
    await cleo.page.goto('/');
    await cleo.page.getByRole('heading', { name: 'Who may call you?' }).waitFor();
    await accessible(cleo, 'the question of the first sign-in');
    await acquaint(ann, bob);

    const pages = [
      '/messages',
      `/messages/${bob.handle}`,
      '/calls',
      '/people',
      `/people/${bob.handle}`,
      '/settings',
      '/settings/calls',
      '/settings/quiet',
      '/settings/devices',
      '/nowhere',
    ];
    for (const path of pages) {
      await ann.page.goto(path);
      await ann.page.getByRole('heading').first().waitFor();
      await accessible(ann, path);
    }

    await ann.talkTo(bob);
    await ann.call('Video');
    await bob.button('Accept with video').waitFor();
    await accessible(ann, 'calling');
    await accessible(bob, 'ringing');
    await bob.answer('Message');
    await bob.button('Back to the ring').waitFor();
    await accessible(bob, 'declining with a message');
    await bob.press('Back to the ring');
    await bob.answer('Accept with video');
    await bothHear(ann, bob);
    await accessible(ann, 'in a call');
    await accessible(bob, 'in a call, narrow');
    for (const person of [ann, bob]) {
      await person.page.getByRole('button', { name: /^Connection: / }).click();
      await person.sees('There and back');
      await accessible(person, 'the quality of the connection');
      await person.page.keyboard.press('Escape');
    }
    await end(ann, bob);
    await accessible(ann, 'after a call');
  });
}

story('a keyboard is enough to make, take and end a call', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);

  await walkTo(ann, 'Call');
  await ann.page.keyboard.press('Enter');
  await walkTo(ann, 'Audio call');
  await ann.page.keyboard.press('Enter');
  await bob.couldPress('Accept');
  await walkTo(bob, 'Accept');
  await bob.page.keyboard.press('Enter');
  await bothHear(ann, bob);
  await walkTo(ann, 'Mute');
  await ann.page.keyboard.press('Space');
  await ann.button('Unmute').waitFor();
  await walkTo(ann, 'End call');
  await ann.page.keyboard.press('Enter');
  await Promise.all([nothingLeft(ann), nothingLeft(bob)]);
});

/** Presses Tab until a button of that name has the focus, as somebody would who has no mouse. */
async function walkTo(person, name) {
  const button = person.button(name);
  await button.waitFor();
  const reached = () => button.evaluate((it) => it === document.activeElement);
  for (let steps = 0; steps < 60 && !(await reached()); steps += 1) {
    await person.page.keyboard.press('Tab');
  }
  assert.ok(await reached(), `Tab reaches ${name}`);
}
