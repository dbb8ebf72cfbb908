// The same way, with Firefox at the other end, and once with Firefox calling.

import { openFirefox } from '../../harness/browsers.mjs';
import { bothHear } from '../../harness/talk.mjs';
import { audioCall, end, meet, muteAndUnmute, videoCall } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ open: openFirefox });

story('from sign-up to the end of a video call, Chromium with Firefox', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await meet(ann, bob);

  await audioCall(ann, bob);
  await muteAndUnmute(ann, bob);
  await muteAndUnmute(bob, ann);
  await end(bob, ann);

  await videoCall(ann, bob);
  await end(ann, bob);

  await bob.call('Audio');
  await ann.answer('Accept');
  await bothHear(bob, ann);
  await end(bob, ann);
});
