// Messages typed without a network are sent when it is back: each once, in order (M-4). Drafts stay.

import assert from 'node:assert/strict';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('three messages written offline survive a reload and a second tab, and arrive once, in order', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await ann.talkTo(bob);
  await ann.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await ann.context.setOffline(true);
  const box = ann.page.getByRole('textbox', { name: `Message @${bob.handle}` });
  for (const text of ['first', 'second', 'thrid', 'unwanted']) {
    await box.fill(text);
    await ann.press('Send');
  }
  await ann.sees('Waiting for a connection');
  // What waits can be written on, or given up.
  const waiting = (text) => ann.page.locator('.pending').filter({ hasText: text });
  await waiting('unwanted').getByRole('button', { name: 'Discard' }).click();
  await waiting('thrid').getByRole('button', { name: 'Edit' }).click();
  assert.equal(await box.inputValue(), 'thrid');
  await box.fill('third');
  await ann.press('Send');
  await ann.page.reload();
  const first = ann.page;
  const second = await ann.open();
  await second.goto(`/messages/${bob.handle}`);
  await ann.context.setOffline(false);
  const texts = async () => {
    const { entries } = await bob.ask('GET', `/conversations/${ann.handle}/entries`);
    return entries.map((entry) => entry.body.text);
  };
  await until('all are there', async () => (await texts()).length >= 3);
  for (const page of [first, second]) {
    await page
      .getByRole('region', { name: /^Conversation with / })
      .getByText('third')
      .waitFor();
    await until('nothing waits', async () => (await page.locator('.pending').count()) === 0);
  }
  assert.deepEqual(await texts(), ['first', 'second', 'third']);
});

story('a draft stays over a reload, and shows in the list', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await ann.talkTo(bob);
  await ann.write(bob, 'hello');
  const box = ann.page.getByRole('textbox', { name: `Message @${bob.handle}` });
  await box.fill('half a thought');
  await ann.page.goto('/messages');
  await ann.sees('Draft: half a thought');
  await ann.talkTo(bob);
  assert.equal(await box.inputValue(), 'half a thought');
});
