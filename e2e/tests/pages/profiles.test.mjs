// Who somebody is: a picture that others see, people found as one types, a look-alike told from the one that is known,
// and a report whose answer comes back.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** A picture of one colour that the browser itself draws, as a file to choose. */
async function picture(person, colour, type = 'image/png') {
  const bytes = await person.page.evaluate(
    async ([colour, type]) => {
      const canvas = new OffscreenCanvas(400, 300);
      const pen = canvas.getContext('2d');
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 400, 300);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer())];
    },
    [colour, type],
  );
  return { name: 'me', mimeType: type, buffer: Buffer.from(bytes) };
}

/** The colour in the middle of a picture that is shown, or nothing while there is none. */
const colourOf = (scope) =>
  scope.evaluate((element) => {
    const shown = element.querySelector('.avatar img');
    if (!(shown instanceof HTMLImageElement) || !shown.complete || shown.naturalWidth === 0) return undefined;
    const canvas = new OffscreenCanvas(1, 1);
    const pen = canvas.getContext('2d');
    pen.drawImage(shown, 0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((part) => Math.round(part / 64)).join(' ');
  });

story('a picture is chosen, seen by the other, taken away and brought back', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann Lee'), bob.enter('Bob Moss')]);
  await ann.page.goto('/settings');
  const form = ann.page.locator('form');
  await ann.button('Choose picture').waitFor();
  const before = await form.boundingBox();
  const choose = ann.page.getByLabel('Picture file');
  await choose.setInputFiles({ name: 'x.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') });
  await ann.sees('This picture cannot be read.');
  await choose.setInputFiles(await picture(ann, '#d02020'));
  await ann.sees('Your picture is up.');
  assert.deepEqual(await form.boundingBox(), before, 'nothing moved');
  await until(
    'ann sees her picture',
    () => colourOf(form),
    (colour) => colour === '3 1 1',
  );
  await accessible(ann, 'settings with a picture');

  await bob.page.goto(`/people/${ann.handle}`);
  const profile = bob.page.locator('.profile');
  await until(
    'bob sees the picture',
    () => colourOf(profile),
    (colour) => colour === '3 1 1',
  );
  await accessible(bob, 'profile with a picture');

  await ann.press('Remove');
  await ann.sees('Your picture is gone.');
  await bob.page.reload();
  await profile.getByText(`@${ann.handle}`).first().waitFor();
  assert.equal(await profile.locator('.avatar img').count(), 0);
  await ann.press('Undo');
  await ann.sees('Your picture is back.');
  await bob.page.reload();
  await until(
    'bob sees it again',
    () => colourOf(profile),
    (colour) => colour === '3 1 1',
  );
});

story('people are found as one types, and their lists lead on', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann Lee'), bob.enter('Böb Möss')]);
  await bob.ask('PUT', `/people/${ann.handle}/follow`);
  await ann.page.goto('/people');
  await ann.page.getByRole('searchbox').fill('moss');
  await ann.page.getByRole('link', { name: `@${bob.handle}` }).click();
  await ann.press('1 following');
  const sheet = ann.page.getByRole('dialog');
  await sheet.getByRole('link', { name: `@${ann.handle}` }).waitFor();
  await accessible(ann, 'follow lists');
  await sheet.getByRole('tab', { name: 'Followers' }).click();
  await sheet.getByText(`Nobody follows @${bob.handle} yet`).waitFor();
  await sheet.getByRole('tab', { name: 'Following' }).click();
  await sheet.getByRole('link', { name: `@${ann.handle}` }).click();
  await ann.sees('This is you.');
  await sheet.waitFor({ state: 'detached' });
});

story('somebody who looks like somebody I follow is told from them', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  const fake = await people.device('b0b', 'high');
  await Promise.all([ann.enter('Ann'), bob.enter('Bob Moss'), fake.enter('B\u043eb M\u043ess')]);
  await ann.ask('PUT', `/people/${bob.handle}/follow`);
  const words = `This is not @${bob.handle}, whom you follow.`;
  await ann.page.goto(`/people/${fake.handle}`);
  await ann.sees(words);
  await accessible(ann, 'a look-alike');
  await fake.talkTo(ann);
  await fake.write(ann, 'It is me, Bob!');
  await ann.page.goto(`/messages/${fake.handle}`);
  await ann.sees(words);
  await ann.page.goto(`/people/${bob.handle}`);
  await ann.button('Unfollow').waitFor();
  assert.equal(await ann.page.getByText('This is not').count(), 0);
});

story('a report shows the operator what was chosen, and the answer comes back', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await bob.talkTo(ann);
  await bob.write(ann, 'harmless');
  await bob.write(ann, 'give me money');
  await ann.page.goto(`/people/${bob.handle}`);
  await ann.press('Report');
  const dialog = ann.page.getByRole('dialog');
  await dialog.getByText('give me money').waitFor();
  await accessible(ann, 'the report dialog');
  await ann.press('Send report');
  await dialog.getByText('Choose what is wrong.').waitFor();
  await dialog.getByLabel('Spam or advertising').check();
  await dialog.getByLabel('give me money').check();
  await dialog.getByLabel('In your words (optional)').fill('He asks everybody.');
  await dialog.getByLabel(`Also block @${bob.handle}`).check();
  await ann.press('Send report');
  await dialog.getByRole('heading', { name: 'Thank you' }).waitFor();
  await accessible(ann, 'after the report');
  await dialog.getByRole('link', { name: 'See your reports' }).click();
  await ann.sees('Being looked at');

  const operator = (...words) => people.server.command('report', ...words);
  const number = (await operator('list')).trim().split('\n').at(-1).split('\t')[0];
  const shown = await operator('show', number);
  assert.match(shown, /He asks everybody\./);
  assert.match(shown, /give me money/);
  assert.doesNotMatch(shown, /harmless/);
  await operator('answer', number, 'Thank you, he was warned.');
  await ann.sees('Thank you, he was warned.');
  await accessible(ann, 'reports');
  await operator('act', number, 'warn', 'No begging here.');
  await bob.sees('No begging here.');
  await accessible(bob, 'a warning');
  await bob.press('I have read this');
  await bob.page.getByText('No begging here.').waitFor({ state: 'detached' });
  await operator('act', number, 'disable');
  await bob.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});
