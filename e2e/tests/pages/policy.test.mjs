// What the page's policy keeps out, and that the page itself never runs into it: the probe turns each violation into an
// error of the page, in every test. Here is the control that it would.

import assert from 'node:assert/strict';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('no text becomes markup or code, and a page that tries is found out', async (people) => {
  const ann = await people.ann();
  await ann.enter('Ann');
  await ann.page.goto('/messages');
  await ann.page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
  assert.deepEqual(ann.complaints, []);
  const tried = await ann.page.evaluate(async () => {
    // The driver's own script may do what a page may not; what runs later is the page's.
    await new Promise((resolve) => setTimeout(resolve));
    const attempts = {
      markup: () => {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = true">');
      },
      code: () => new Function('window.ran = true')(),
      policy: () => window.trustedTypes.createPolicy('another', { createHTML: (text) => text }),
      again: () => window.trustedTypes.createPolicy('svelte-trusted-html', { createHTML: (text) => text }),
      worker: () => new Worker('/sw.js'),
    };
    return Object.entries(attempts).map(([name, attempt]) => {
      try {
        attempt();
        return `${name} went through`;
      } catch {
        return `${name} refused`;
      }
    });
  });
  assert.deepEqual(
    tried,
    ['markup', 'code', 'policy', 'again', 'worker'].map((name) => `${name} refused`),
  );
  assert.equal(await ann.page.evaluate(() => window.ran), undefined);
  await until('the probe has found them out', () => ann.complaints.length >= 4);
  for (const complaint of ann.complaints) assert.match(complaint, /the policy forbids it/);
  ann.complaints.length = 0;
});
