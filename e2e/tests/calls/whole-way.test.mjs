// Two people in two Chromium profiles meet, write to each other, and call.

import assert from 'node:assert/strict';
import { audioCall, end, meet, muteAndUnmute, videoCall } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('from sign-up to the end of a video call, in two Chromiums', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await meet(ann, bob);

  await audioCall(ann, bob, async () => {
    // C-11, on the wire: until Accept, the callee's device was told of the call and nothing about its media.
    const ring = await bob.hears('ring');
    const { way, ...frame } = ring;
    assert.deepEqual(Object.keys(frame).sort(), ['call', 'caller', 'deadline', 'kind', 'type']);
    assert.match(frame.call, /^[0-9a-f]{16}$/);
    assert.equal(frame.caller, ann.handle);
    assert.equal(frame.kind, 'audio');
    assert.equal(typeof frame.deadline, 'number');
    for (const type of ['call_started', 'call_description', 'call_candidate']) {
      assert.deepEqual(bob.told(type), [], `no ${type} before Accept`);
    }
  });
  await muteAndUnmute(ann, bob);
  await muteAndUnmute(bob, ann);
  await end(ann, bob);
  await bob.reads(/Audio call, \d+ s/);

  await videoCall(ann, bob);
  await end(bob, ann);
  await ann.reads(/Video call, \d+ s/);
});
