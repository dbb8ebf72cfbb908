// A call through the program's own relay, Chromium with Firefox, between people who do not both follow each other.

import { openFirefox } from '../../harness/browsers.mjs';
import { writeToEachOther } from '../../harness/people.mjs';
import { received } from '../../harness/probe.mjs';
import { bothHear, seesMoving } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ open: openFirefox });

story('who is not followed back is called through the relay, sound and pictures (P-1, P-2)', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await Promise.all([ann.signUp(), bob.signUp()]);
  await bob.follow(ann);
  await writeToEachOther(ann, bob);

  await ann.call('Video');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);
  for (const person of [ann, bob]) {
    await until(
      'media goes through the relay',
      () => received(person.page),
      (it) => it.path === 'relay-relay',
    );
  }
  await end(bob, ann);

  // The other way round too: here Firefox makes the offer. It needs to be allowed by ann first.
  await ann.follow(bob);
  await ann.page.goto('/settings/calls');
  await ann.page.getByRole('switch', { name: 'Enhanced call privacy' }).click();
  await ann.sees('Saved');
  await bob.talkTo(ann);
  await bob.call('Audio');
  await ann.answer('Accept');
  await bothHear(bob, ann);
  await end(bob, ann);
});
