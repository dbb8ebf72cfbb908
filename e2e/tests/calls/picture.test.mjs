// A picture of a call: both sides are in it. `BIRDCALL_PICTURE=1` puts it into the README.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { acquaint } from '../../harness/people.mjs';
import { pictures, received } from '../../harness/probe.mjs';
import { bothHear, seesMoving } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { end } from '../../harness/whole-way.mjs';
import { OUT, world } from '../../harness/world.mjs';

const README = fileURLToPath(new URL('../../../docs/call.png', import.meta.url));

const story = world();

story('the call screen shows the other side large and oneself', async (people) => {
  const wide = { viewport: { width: 1280, height: 720 } };
  const [ann, bob] = await Promise.all([people.device('ann', 'low', wide), people.device('bob', 'high', wide)]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  await ann.call('Video');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);

  const [large, small, ...more] = await until(
    'both pictures are there',
    () => pictures(ann.page),
    (it) => it.length === 2 && it.every(({ red, blue }) => red + blue > 100),
  );
  assert.equal(more.length, 0);
  assert.ok(large.area > 4 * small.area, 'the other side is large, oneself is small');
  assert.ok(large.red > large.blue + 20, 'the large picture is what the other camera sees');
  assert.ok(small.blue > small.red, "the small one is one's own");

  // Neither goes black for a moment when something else changes.
  await ann.page.evaluate(() => {
    window.emptied = 0;
    for (const video of document.querySelectorAll('video')) {
      video.addEventListener('emptied', () => (window.emptied += 1));
    }
  });
  for (const name of ['Mute', 'Unmute']) await ann.press(name);
  await ann.button('Mute').waitFor();
  await bob.press('Mute');
  await ann.sees(/muted/i);
  await bob.press('Unmute');
  assert.equal(await ann.page.evaluate(() => window.emptied), 0, 'a picture was taken away and put back');

  if (process.env.BIRDCALL_PICTURE) {
    await until(
      'the picture is sharp',
      () => received(ann.page),
      (it) => it.height >= 540,
    );
  }
  mkdirSync(OUT, { recursive: true });
  const path = process.env.BIRDCALL_PICTURE ? README : `${OUT}call.png`;
  await ann.page.screenshot({ path });
  await end(ann, bob);
});
