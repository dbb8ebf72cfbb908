// What a person can do during a call (C-18).

import assert from 'node:assert/strict';
import { acquaint } from '../../harness/people.mjs';
import { made, received } from '../../harness/probe.mjs';
import { bothHear, seesMoving, seesNoFrames } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { audioCall, end } from '../../harness/whole-way.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('an audio call becomes a video call on one side only, until the other side wants it too', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);

  await ann.press('Turn camera on');
  await seesMoving(bob);
  assert.deepEqual((await made(bob.page)).live, ['audio'], 'nobody turns on the camera of somebody else');
  await seesNoFrames(ann);
  await bob.press('Turn camera on');
  await seesMoving(ann);
  await bothHear(ann, bob);
  await end(ann, bob);
});

story("the other side's mute and camera are shown", async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  await ann.press('Mute');
  await bob.sees(/muted/i);
  await ann.press('Unmute');
  await until('bob is told that ann can be heard', () => bob.told('call_media').at(-1)?.media.microphone);
  await bob.page.getByText(/muted/i).first().waitFor({ state: 'hidden' });

  // By key on the call screen, and from a message while the call is small: the letter is typed, the chord mutes.
  await ann.page.keyboard.press('m');
  await ann.button('Unmute').waitFor();
  await ann.press('Make the call small');
  const box = ann.page.getByRole('textbox', { name: `Message @${bob.handle}` });
  await box.click();
  await ann.page.keyboard.type('mv');
  assert.equal(await box.inputValue(), 'mv');
  await ann.button('Unmute').waitFor();
  await ann.page.keyboard.press('Control+d');
  await ann.button('Mute').waitFor();
  await end(bob, ann);
});

story('a shared screen is seen by the other side, and stops', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  await ann.press('Share screen');
  await seesMoving(bob, 3);
  assert.ok((await made(ann.page)).asked.includes('getDisplayMedia'));
  await until('bob is told of the screen', () => bob.told('call_media').at(-1)?.media.screen);
  await ann.press('Stop sharing');
  await seesNoFrames(bob);
  await until(
    'no screen is captured',
    () => made(ann.page),
    (it) => !it.live.includes('video'),
  );
  await bothHear(ann, bob);
  await end(ann, bob);
});

story('another microphone can be chosen, and the voice goes on', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await audioCall(ann, bob);
  const asked = (await made(ann.page)).asked.length;
  await ann.press('Devices');
  await ann.page.getByLabel('Microphone').selectOption({ label: 'Fake Audio Input 2' });
  await until(
    'the other microphone is open',
    () => made(ann.page),
    (it) => it.asked.length > asked,
  );
  await until(
    'the first one is let go',
    () => made(ann.page),
    (it) => it.live.length === 1,
  );
  await ann.page.keyboard.press('Escape');
  await bothHear(ann, bob);
  assert.equal((await received(bob.page)).state, 'connected');
  await end(ann, bob);
});
