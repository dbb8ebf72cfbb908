// Search in all conversations (M-4).

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { seed } from '../../harness/seed.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('words are found in old messages, and a press leads to the message', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await ann.ask('PUT', `/people/${bob.handle}/follow`);
  await seed(bob, ann, 120, (n) => (n === 5 ? 'The Café by the river' : `message ${n}`));
  await ann.page.goto('/messages');
  await ann.page.getByRole('searchbox').fill('cafe riv');
  const hit = ann.page.getByRole('link', { name: /The Café by the river/ });
  await hit.waitFor();
  assert.deepEqual(await hit.locator('mark').allTextContents(), ['Café', 'riv']);
  await accessible(ann, 'results of a search');
  await hit.click();
  const found = ann.entries('The Café by the river').first();
  await until('the message is on the screen', () =>
    found.evaluate((it) => {
      const { top, bottom } = it.getBoundingClientRect();
      return top > 0 && bottom < innerHeight;
    }),
  );
  // The end is loaded on the way there.
  await ann.press('Newest messages');
  await ann.reads('message 119');
  await ann.page.getByRole('searchbox').fill('nothing of the kind');
  await ann.sees(/Nothing found/);
});
