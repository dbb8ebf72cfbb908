// A picture of a call: both sides are in it. `BIRDCALL_PICTURE=1` puts it into the README.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bothHear, seesMoving } from '../harness/talk.mjs';
import { end, meet } from '../harness/whole-way.mjs';
import { OUT, world } from '../harness/world.mjs';

const README = fileURLToPath(new URL('../../docs/call.png', import.meta.url));

const story = world();

story('the call screen shows the other side large and oneself', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await meet(ann, bob);
  await ann.call('Video');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);

  const pictures = await ann.page.locator('video').evaluateAll((videos) =>
    videos
      .filter((it) => it.videoWidth > 0 && it.checkVisibility())
      .map((it) => it.getBoundingClientRect().width * it.getBoundingClientRect().height)
      .sort((a, b) => b - a),
  );
  assert.equal(pictures.length, 2, 'two pictures');
  assert.ok(pictures[0] > 4 * pictures[1], 'the other side is the large one');

  mkdirSync(OUT, { recursive: true });
  const path = process.env.BIRDCALL_PICTURE ? README : `${OUT}call.png`;
  await ann.page.screenshot({ path });
  await end(ann, bob);
});
