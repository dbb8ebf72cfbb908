// Passkeys in a real browser, with its virtual authenticator (WebAuthn Level 3, 11): made, used from the browser's own list
// and by the button, renamed and removed.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { PASSWORD } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** A device that keeps passkeys, at the server's name: passkeys belong to names, and the other tests use an address. */
async function withAuthenticator(people, handle) {
  const url = new URL(people.server.url);
  url.hostname = 'localhost';
  const person = await people.device(handle, 'low', { baseURL: url.origin });
  const session = await person.context.newCDPSession(person.page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      // Nobody puts a finger on it unless the test says so.
      automaticPresenceSimulation: false,
    },
  });
  const finger = (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  const kept = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  await person.page.goto('/');
  return { person, finger, kept };
}

async function signOut({ person, finger }) {
  await finger(false);
  await person.page.goto('/settings');
  await person.press('Sign out');
  await person.button('Sign in').waitFor();
}

const arrived = ({ page }) => page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();

story('a passkey is offered after a password, and then signs in from the list and by the button', async (people) => {
  const device = await withAuthenticator(people, 'ann');
  const { person: ann, finger, kept } = device;
  await accessible(ann, 'sign in');
  await ann.signUp('Ann');
  await ann.sees('Sign in faster next time');
  await accessible(ann, 'the offer');
  await finger(true);
  await ann.press('Create a passkey');
  await ann.sees('Passkey “Chrome on Linux” added');
  assert.equal(await ann.button('Create a passkey').count(), 0);
  const [credential] = await kept();
  assert.equal(credential.rpId, 'localhost');
  assert.equal(credential.isResidentCredential, true);

  // By the button: what the list has asked for gives way.
  const BEGIN = '**/api/v1/sessions/passkey/begin';
  const listed = ann.page.waitForResponse(BEGIN);
  await signOut(device);
  await listed;
  // The finger is there before the browser asks for it: a question that waits does not notice one that comes later.
  await ann.page.route(BEGIN, async (route) => {
    await finger(true);
    await route.continue();
  });
  await ann.press('Sign in with a passkey');
  await arrived(ann);
  await ann.page.unroute(BEGIN);
  assert.equal((await ann.ask('GET', '/me')).handle, ann.handle);

  // From the browser's own list: nobody presses anything in the page, and the virtual authenticator chooses the only one.
  const { device: before } = await ann.ask('GET', '/me');
  await ann.page.goto('/settings');
  await ann.press('Sign out');
  await arrived(ann);
  assert.notEqual((await ann.ask('GET', '/me')).device, before);
  assert.ok((await kept())[0].signCount >= 2);
});

story('passkeys are added, renamed and removed in the settings', async (people) => {
  const device = await withAuthenticator(people, 'ann');
  const { person: ann, finger, kept } = device;
  await ann.enter('Ann');
  await finger(true);
  await ann.page.goto('/settings/account');
  await ann.sees('You have no passkey yet.');
  await ann.press('Add a passkey');
  await ann.page.getByLabel('Your password').fill('not the password');
  await ann.press('Continue');
  await ann.sees('That is not your password.');
  await ann.page.getByLabel('Your password').fill(PASSWORD);
  await accessible(ann, 'is it you');
  await ann.press('Continue');
  await ann.button('Remove Chrome on Linux').waitFor();
  await accessible(ann, 'passkeys');

  await ann.press('Rename Chrome on Linux');
  await ann.page.getByRole('dialog').getByLabel('Name').fill('Key ring');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await ann.press('Remove Key ring');
  await accessible(ann, 'remove a passkey');
  const before = await kept();
  await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await ann.sees('You have no passkey yet.');

  // The browser was told, so that it does not offer it any more.
  await until('the browser has forgotten it', async () => (await kept()).length === 0);
  assert.equal(before.length, 1);
});
