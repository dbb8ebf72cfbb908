// The whole way of two people, for any pair of browsers: from two strangers to a call with sound and pictures.

import assert from 'node:assert/strict';
import { writeToEachOther } from './people.mjs';
import { made, received } from './probe.mjs';
import { bothHear, hears, hearsNothing, nothingLeft, nothingOpened, seesMoving, seesNoFrames } from './talk.mjs';
import { until } from './until.mjs';

/** They sign up, find each other, follow each other and write: all of it by the forms. */
export async function meet(ann, bob) {
  await Promise.all([ann.signUp(), bob.signUp()]);
  await ann.follow(bob);
  await bob.follow(ann);
  await writeToEachOther(ann, bob);
}

/** An audio call that bob lets ring for as long as `meanwhile` takes, and accepts. */
export async function audioCall(ann, bob, meanwhile = async () => {}) {
  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await nothingOpened(bob);
  await meanwhile();
  await bob.answer('Accept');
  await bothHear(ann, bob);
  assert.deepEqual((await made(bob.page)).live, ['audio'], 'an audio call opens a microphone and nothing else');
  await until(
    'media goes straight',
    () => received(ann.page),
    (it) => it.path.startsWith('host-'),
  );
}

/** Mute is silence, and only its own side can end it (C-18). */
export async function muteAndUnmute(speaker, listener) {
  await speaker.press('Mute');
  await hearsNothing(listener);
  await hears(speaker, listener);
  await speaker.press('Unmute');
  await hears(listener, speaker);
}

/** End ends it for both, with nothing left over. */
export async function end(who, other) {
  await who.press('End call');
  await Promise.all([nothingLeft(who), nothingLeft(other)]);
}

/** From a video call with the caller's camera to both cameras and back to none. */
export async function videoCall(ann, bob) {
  const opened = (await made(bob.page)).asked.length;
  await ann.call('Video');
  await bob.button('Accept with video').waitFor();
  assert.equal((await made(bob.page)).asked.length, opened, 'ringing asks for no device (C-11)');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);

  await ann.press('Turn camera off');
  await seesNoFrames(bob);
  await until(
    'the camera itself is off',
    () => made(ann.page),
    (it) => !it.live.includes('video'),
  );
  await seesMoving(ann);
  await ann.press('Turn camera on');
  await seesMoving(bob);
}
