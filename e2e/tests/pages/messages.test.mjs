// What a message can be: changed, deleted for both, answered, reacted to, a picture.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** An entry of the open conversation, by its words. */
const entry = (person, text) => person.page.locator('[data-entry]').filter({ hasText: text }).first();

/** Presses something in the menu of an entry. */
async function choose(person, text, what) {
  await entry(person, text).hover();
  await entry(person, text).getByRole('button', { name: 'More about this entry' }).click();
  await person.page.locator('[popover]:popover-open').getByRole('button', { name: what, exact: true }).click();
}

story('a message is changed, answered, reacted to and deleted for both', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  await ann.write(bob, 'See you at eigt');
  await bob.reads('See you at eigt');

  // By keyboard: the arrow up in an empty box changes the newest message.
  const box = ann.page.getByRole('textbox', { name: /^Message @/ });
  await box.press('ArrowUp');
  await box.fill('See you at eight');
  await box.press('Enter');
  await bob.reads('See you at eight');
  await entry(bob, 'See you at eight').getByText('Edited').waitFor();

  await choose(bob, 'See you at eight', 'Reply');
  await bob.sees('Reply to Ann');
  await accessible(bob, 'a reply');
  await bob.write(ann, 'Fine by me');
  await ann.page.getByRole('button', { name: 'In reply to You: See you at eight' }).waitFor();

  await choose(ann, 'Fine by me', 'React with 👍');
  await bob.page.getByRole('button', { name: /^👍 Ann$/ }).waitFor();
  await bob.page.getByRole('button', { name: /^👍 Ann$/ }).click();
  await ann.page.getByRole('button', { name: /^👍 2: (You and Bob|Bob and You)$/ }).waitFor();
  await accessible(ann, 'reactions');

  await choose(ann, 'See you at eight', 'Delete for both of us');
  await ann.page.getByRole('status', { name: 'Notices' }).getByRole('button', { name: 'Close' }).last().click();
  await bob.reads('This message was deleted');
  await bob.page.getByRole('button', { name: /^In reply to.*Deleted message$/ }).waitFor();
  await accessible(bob, 'a deleted message');
});

story('a picture is sent with words, seen by the other in its size, and looked at whole', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  const bytes = await ann.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 300 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'teal';
    pen.fillRect(0, 0, 600, 300);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await ann.page
    .locator('input[type=file]')
    .setInputFiles({ name: 'sea.png', mimeType: 'image/png', buffer: Buffer.from(bytes) });
  await ann.page.getByLabel('Describe the picture').fill('The sea');
  await accessible(ann, 'a picture to send');
  await ann.page.getByRole('textbox', { name: /^Message @/ }).fill('Look');
  await ann.press('Send');
  const picture = bob.page.getByRole('img', { name: 'Picture from Ann: The sea' });
  await picture.waitFor();
  await until(
    'it is there',
    () => picture.evaluate((it) => [it.naturalWidth, it.naturalHeight]),
    ([width]) => width > 0,
  );
  assert.deepEqual(await picture.evaluate((it) => [it.naturalWidth, it.naturalHeight]), [480, 240]);
  await bob.reads('Look');
  await bob.page.getByRole('button', { name: /^Open Picture from Ann/ }).click();
  const whole = bob.page.getByRole('dialog', { name: 'Picture from Ann: The sea' });
  await whole.getByRole('img').waitFor();
  assert.equal(await whole.getByRole('img').evaluate((it) => it.naturalWidth), 600);
  await accessible(bob, 'a picture whole');
  await bob.page.keyboard.press('+');
  await bob.page.keyboard.press('Escape');
  await whole.waitFor({ state: 'hidden' });
});
