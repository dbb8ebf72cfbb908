// The address book: by hand, from a file with telephone numbers and pictures in it, undone, exported, ten thousand
// entries, emptied.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessible } from '../../harness/axe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** A file as a phone exports it. */
const card = (n) =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:Last;First ${n};;;`,
    `item1.EMAIL;TYPE=INTERNET:first${n}@example.org`,
    `TEL;TYPE=CELL:+4915700${n}`,
    'BDAY:1970-01-01',
    `PHOTO;ENCODING=b;TYPE=JPEG:${'QUJD'.repeat(40)}`,
    'END:VCARD',
    '',
  ].join('\r\n');

const file = (text) => ({ name: 'contacts.vcf', mimeType: 'text/vcard', buffer: Buffer.from(text) });

/** Chooses a file in the import's dialog. */
async function choose(person, text) {
  const { page } = person;
  await page.locator('input[type=file]').setInputFiles(file(text));
}

/** Opens the menu of the address book and presses one of its actions. */
async function more(person, name) {
  await person.press('More');
  await person.press(name);
}

story('entries come by hand and from a file, of which only names and addresses are sent', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  const { page } = ann;
  await page.goto('/address-book');
  await ann.sees('Your address book is empty');
  await accessible(ann, 'an empty address book');

  await page.getByRole('button', { name: 'Add', exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Handle or e-mail' }).fill('nobody at all');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await ann.sees('Type a handle, such as @bob, or an e-mail address.');
  await accessible(ann, 'adding by hand');
  await dialog.getByRole('textbox', { name: 'Handle or e-mail' }).fill(`@${bob.handle}`);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Bobby');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('link', { name: /Bobby/ }).waitFor();

  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(`${request.url()} ${request.postData()}`);
  });
  await more(ann, 'Import a file');
  await choose(ann, `${card(1)}${card(2)}BEGIN:VCARD\r\nFN:Nobody\r\nTEL:123\r\nEND:VCARD\r\n`);
  await ann.sees('2 entries to add, from 3 cards.');
  await ann.sees('1 card has no e-mail and is left out.');
  await accessible(ann, 'before an import');
  await ann.press('Add 2 entries');
  await ann.sees('2 entries added.');
  assert.ok(sent.some((one) => one.includes('first1@example.org')));
  for (const secret of ['4915700', '1970-01-01', 'QUJD', 'Nobody']) {
    assert.ok(!sent.some((one) => one.includes(secret)), `${secret} left the device`);
  }
  await ann.press('Undo the import');
  await ann.sees('2 entries removed again.');
  await until('only Bobby is left', async () => (await page.locator('.window li').count()) === 1);

  const download = page.waitForEvent('download');
  await more(ann, 'Export');
  const exported = readFileSync(await (await download).path(), 'utf8');
  assert.match(exported, /^BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bobby\r\nURL:http.*\/people\/bob/);

  await ann.press('Remove Bobby');
  await ann.sees('Bobby is no longer in your address book.');
  await ann.press('Undo');
  await page.getByRole('link', { name: /Bobby/ }).waitFor();
  // Bob is told nothing, whatever became of him in there.
  assert.deepEqual(
    bob.told('changed').filter(({ what }) => what === 'address_book'),
    [],
  );
});

story('an address book of ten thousand scrolls with a handful of rows, and is emptied in one step', async (people) => {
  const ann = await people.ann();
  await ann.enter('Ann');
  const { page } = ann;
  await page.goto('/address-book');
  await ann.press('Import a file');
  await choose(ann, Array.from({ length: 10_000 }, (_, n) => card(n)).join(''));
  await ann.sees('10000 entries to add, from 10000 cards.');
  await ann.press('Add 10000 entries');
  await page.getByText('10000 entries added.').waitFor({ timeout: 60_000 });
  await ann.press('Done');
  await ann.sees('10000 entries');
  const rows = () => page.locator('.window li').count();
  assert.ok((await rows()) < 60, `${await rows()} rows`);
  // The far end is there after one movement of the wheel's worth of frames.
  await page.locator('.window').evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
  await page.getByRole('listitem').filter({ hasText: 'First 9999 Last' }).waitFor();
  assert.ok((await rows()) < 60, `${await rows()} rows`);
  await page.getByRole('searchbox', { name: 'Search your address book' }).fill('first777@');
  await ann.sees('1 entry');
  await accessible(ann, 'a large address book');
  await more(ann, 'Remove all');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove all' }).click();
  await ann.sees('Your address book is empty now.');
});
