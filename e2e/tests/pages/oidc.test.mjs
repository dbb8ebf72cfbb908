// Accounts that a community has already: out to its provider and back, in a real browser.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { accessible } from '../../harness/axe.mjs';
import { Provider } from '../../harness/provider.mjs';
import { world } from '../../harness/world.mjs';

const provider = await Provider.start();
after(() => provider.stop());
const story = world({ options: provider.options('The club') });

/** Answers at the club, and is back at a page of the app. */
async function answer({ page, server }, words) {
  await page.getByRole('link', { name: words }).click();
  await page.waitForURL((url) => url.origin === server.url);
}

async function there(person, words) {
  await person.press('Continue with The club');
  await person.page.getByRole('heading', { name: 'The club' }).waitFor();
  await answer(person, words);
}

story(
  'who has an account at the club comes in with it, and is asked for a handle only if theirs is taken',
  async (people) => {
    const ann = await people.ann();
    provider.account = { sub: ann.handle, preferred_username: ann.handle, name: 'Ann Lee' };
    await there(ann, 'No');
    await ann.sees('Signing in at The club was cancelled.');
    await accessible(ann, 'sign in');
    await there(ann, 'Yes, it is me');
    await ann.page.getByRole('heading', { name: 'Who may call you?' }).waitFor();
    assert.equal(new URL(ann.page.url()).search, '');
    await ann.press('Continue');
    await ann.page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
    const { handle, name } = await ann.ask('GET', '/me');
    assert.deepEqual({ handle, name }, { handle: ann.handle, name: 'Ann Lee' });

    // Somebody else there is called the same.
    const bob = await people.bob();
    provider.account = { sub: bob.handle, preferred_username: ann.handle, name: 'Other Ann' };
    await there(bob, 'Yes, it is me');
    await bob.page.getByRole('heading', { name: 'Choose your handle' }).waitFor();
    await bob.sees(`@${ann.handle} is taken. Try another one.`);
    await accessible(bob, 'choose a handle');
    await bob.page.getByLabel('Handle', { exact: true }).fill(bob.handle);
    await bob.press('Create account');
    await bob.page.getByRole('heading', { name: 'Who may call you?' }).waitFor();
    assert.equal((await bob.ask('GET', '/me')).handle, bob.handle);
  },
);

story('an account that is here already is linked with one at the club', async (people) => {
  const ann = await people.ann();
  await ann.enter('Ann');
  provider.account = { sub: ann.handle, preferred_username: 'ann.at.club' };
  await ann.page.goto('/settings/account');
  await ann.press('Link with The club');
  await ann.page.getByLabel('Your password').fill('a long enough password');
  await accessible(ann, 'is it you');
  await ann.press('Continue');
  // A notice goes by itself, and may be gone when everything else has come.
  await Promise.all([ann.sees('You can sign in through The club now.'), answer(ann, 'Yes, it is me')]);
  await ann.sees(/ann\.at\.club/);
  const again = await people.ann();
  await there(again, 'Yes, it is me');
  await again.page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
  await ann.press('Unlink');
  await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Unlink' }).click();
  await ann.button('Link with The club').waitFor();
});
