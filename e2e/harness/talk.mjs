// What has to be true of media during a call, from its start to its end.

import assert from 'node:assert/strict';
import { heard, made, received, silent, tone } from './probe.mjs';
import { holds, PATIENCE, until } from './until.mjs';

/** Both hear the other's voice, by packets and by ear. */
export async function bothHear(one, other) {
  for (const [listener, speaker] of [
    [one, other],
    [other, one],
  ]) {
    await until(
      `@${listener.handle} receives sound`,
      () => received(listener.page),
      (it) => it.state === 'connected' && it.audio > 20,
    );
    await hears(listener, speaker);
  }
}

/** One hears the other's tone. */
export async function hears(listener, speaker) {
  await until(
    `@${listener.handle} hears ${speaker.voice.hertz} Hz`,
    () => heard(listener.page),
    tone(speaker.voice.hertz),
  );
}

/** One hears nothing, for a while. */
export async function hearsNothing(listener) {
  await holds(`@${listener.handle} hears nothing`, 1_000, () => heard(listener.page), silent);
}

/** Pictures of the other side arrive and are decoded. */
export async function seesMoving(viewer, more = 10) {
  const { frames } = await received(viewer.page);
  await until(
    `@${viewer.handle} decodes frames`,
    () => received(viewer.page),
    (it) => it.video > 0 && it.frames >= frames + more,
  );
}

/** No picture arrives, for a while. */
export async function seesNoFrames(viewer, within = PATIENCE) {
  await holds(
    `@${viewer.handle} decodes no frame`,
    1_500,
    () => received(viewer.page),
    (now, before) => now.frames === before.frames,
    within,
  );
}

/** Nothing of a call is left in this page: no track lives, no connection is open (C-19). */
export async function nothingLeft(person, within = PATIENCE) {
  const left = await until(
    `@${person.handle} has nothing left of the call`,
    () => made(person.page),
    (it) => it.live.length === 0 && it.connections.every((state) => state === 'closed'),
    within,
  );
  assert.ok(left.connections.length > 0, 'there was a connection to close');
  assert.ok(left.tracks.length > 0, 'there was a track to stop');
}

/** This page has touched no device and made no connection so far (C-11). */
export async function nothingOpened(person) {
  assert.deepEqual(await made(person.page), { connections: [], asked: [], tracks: [], live: [] });
}
