// The app by keyboard: every key that the sheet names, and none while somebody types.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

const path = (person) => new URL(person.page.url()).pathname;
const arrives = (person, at) => until(`@${person.handle} is at ${at}`, () => path(person) === at);

story('keys lead through the app, and are letters where somebody types', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await acquaint(ann, bob, ['Ann', 'Bob']);
  const cleo = await people.device('cleo', 'low');
  await cleo.enter('Cleo');
  await ann.ask('PUT', `/people/${cleo.handle}/follow`);
  await cleo.talkTo(ann);
  await cleo.write(ann, 'Hello from Cleo');
  const { page } = ann;
  const { keyboard } = page;

  await page.goto('/calls');
  await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
  for (const [second, at] of [
    ['p', '/people'],
    ['s', '/settings'],
    ['c', '/calls'],
    ['m', '/messages'],
  ]) {
    await keyboard.press('g');
    await keyboard.press(second);
    await arrives(ann, at);
  }
  await page.getByRole('link', { name: /Hello from Cleo/ }).waitFor();

  // Cleo wrote last and is the first; Bob is below.
  await keyboard.press('j');
  await arrives(ann, `/messages/${cleo.handle}`);
  const box = page.getByRole('textbox', { name: `Message @${cleo.handle}` });
  await box.waitFor();
  await until('the box has the focus', () => box.evaluate((it) => it === document.activeElement));
  await keyboard.press('Alt+ArrowDown');
  await arrives(ann, `/messages/${bob.handle}`);
  // Ann's own message is there and the box is empty: ArrowUp alone would change it.
  await ann.reads('Hello, may I call you?');
  const bobs = page.getByRole('textbox', { name: `Message @${bob.handle}` });
  await until('the box has the focus', () => bobs.evaluate((it) => it === document.activeElement));
  await keyboard.press('Alt+ArrowUp');
  await arrives(ann, `/messages/${cleo.handle}`);

  const again = page.getByRole('textbox', { name: `Message @${cleo.handle}` });
  await again.click();
  await keyboard.type('gm?/njk');
  assert.equal(await again.inputValue(), 'gm?/njk');
  await keyboard.press('Escape');
  await keyboard.press('Alt+ArrowDown');
  assert.equal(path(ann), `/messages/${cleo.handle}`, 'with words in the box, the keys are the box’s');
  await again.fill('');
  await keyboard.press('Escape');
  await arrives(ann, '/messages');

  await keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'New message' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(path(ann), '/messages', 'Escape closes what is open, and nothing else');
});

story('a question mark opens the sheet, and Escape closes it', async (people) => {
  const ann = await people.ann();
  await ann.enter('Ann');
  const { page } = ann;
  await page.goto('/settings');
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await page.keyboard.press('Shift+?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.waitFor();
  for (const words of ['Next conversation', 'Mute or unmute', 'Ctrl']) await sheet.getByText(words).first().waitFor();
  await accessible(ann, 'the sheet of shortcuts');
  // Under it nothing happens.
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  assert.equal(path(ann), '/settings');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: /^Keyboard shortcuts/ }).click();
  await sheet.waitFor();
});
