// What the README promises: two windows, two demo people, a call.

import { bothHear, seesMoving } from '../../harness/talk.mjs';
import { end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--demo'] });

story('two demo people sign in, and one calls the other from the conversation they have', async (people) => {
  const [ann, bob] = await Promise.all([people.named('ann', 'low'), people.named('bob', 'high')]);
  await Promise.all([ann.signInFirst('birdcall-demo'), bob.signInFirst('birdcall-demo')]);
  await ann.page.getByRole('link', { name: /@bob/ }).click();
  await ann.call('Video');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);
  await end(bob, ann);
});
