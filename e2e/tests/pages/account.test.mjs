// The account page: an address, a forgotten password, one's data, the end of it and the way back.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { accessible } from '../../harness/axe.mjs';
import { PASSWORD } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const mails = mkdtempSync(join(tmpdir(), 'birdcall-mails-'));
after(() => rmSync(mails, { recursive: true, force: true }));

const story = world({ options: ['--mail-url', `file:${mails}`, '--mail-from', 'Birdcall <calls@example.org>'] });

/** The code in the newest mail to an address whose subject says what it is for. */
const code = (address, subject) =>
  until(`a mail to ${address}`, () => {
    for (const file of readdirSync(mails).filter((name) => name.endsWith('.eml'))) {
      const text = readFileSync(join(mails, file), 'utf8');
      const found = /^Subject: (\S+) is your (.*)\r?$/m.exec(text);
      if (text.includes(`To: ${address}`) && found?.[2] === subject) return found[1];
    }
    return undefined;
  });

/** Shows that it is oneself, in the dialog that asks. */
async function prove({ page }, action) {
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: action }).click();
  await dialog.waitFor({ state: 'hidden' });
}

story('an address is confirmed, and brings back who has forgotten the password', async ({ ann }) => {
  const person = await ann();
  await person.signUp();
  const { page } = person;
  const address = `${person.handle}@example.org`;
  await page.goto('/settings/account');
  await page.getByRole('button', { name: 'Add an address' }).click();
  await page.getByLabel('E-mail address').fill('nobody');
  await page.getByRole('button', { name: 'Send a code' }).click();
  await page.getByText('That is not an e-mail address.').waitFor();
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send a code' }).click();
  await prove(person, 'Send a code');
  await page.getByLabel('Code').fill('AAAA-AAAA');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('That is not the code').waitFor();
  await accessible(person, 'the account page with a code to type');
  await page.getByLabel('Code').fill(await code(address, 'code'));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your address is confirmed.').waitFor();
  const found = page.getByRole('switch', { name: 'People who have my e-mail address' });
  assert.equal(await found.isChecked(), true);
  await accessible(person, 'the account page');

  await page.goto('/settings');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Handle or e-mail address').fill(address);
  await page.getByRole('button', { name: 'Send a code' }).click();
  await page.getByLabel('Code').fill(await code(address, 'code for a new password'));
  await page.getByLabel('New password').fill('another long password');
  await accessible(person, 'a new password');
  await page.getByRole('button', { name: 'Save and sign in' }).click();
  await page.getByText('Your password is changed. Sign in with it.').waitFor();
  await page.getByLabel('Handle', { exact: true }).fill(person.handle);
  await page.getByLabel('Password', { exact: true }).fill('another long password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
});

story('all that is one’s own comes as one zip', async ({ ann }) => {
  const person = await ann();
  await person.signUp('Ann Lee');
  const { page } = person;
  await page.goto('/settings/account');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my data' }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), `birdcall-${person.handle}.zip`);
  const file = join(mails, 'export.zip');
  await download.saveAs(file);
  // Whatever opens zips here, opens this one.
  const read = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.read('profile.json').decode())`;
  const profile = JSON.parse(execFileSync('python3', ['-c', read, file], { encoding: 'utf8' }));
  assert.equal(profile.name, 'Ann Lee');
  await page.getByText('Your data is downloaded.').waitFor();
});

story('whoever deletes their account can come back, and other devices go at once', async ({ ann, device }) => {
  const person = await ann();
  await person.signUp();
  const { page } = person;
  const phone = await device('ann', 'high');
  await phone.signIn();
  await page.goto('/settings/account');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Delete your account?' });
  await accessible(person, 'the question before the end');
  await dialog.getByRole('textbox').fill('somebody');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('That is not your handle.').waitFor();
  await dialog.getByRole('textbox').fill(`@${person.handle}`);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await prove(person, 'Delete my account');
  for (const one of [page, phone.page]) await one.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Handle', { exact: true }).fill(person.handle);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: /^Your account will be deleted on / }).waitFor();
  await accessible(person, 'the page of who leaves');
  await page.reload();
  await page.getByRole('button', { name: 'Keep my account' }).click();
  await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
});
