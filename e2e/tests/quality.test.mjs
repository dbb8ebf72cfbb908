// Audio first: on a poor network the picture goes and the sound stays, both sides are told, and the picture comes back.

import assert from 'node:assert/strict';
import { town } from '../harness/net/town.mjs';
import { received } from '../harness/probe.mjs';
import { bothHear, hears, seesMoving, seesNoFrames } from '../harness/talk.mjs';
import { until } from '../harness/until.mjs';

const test = town();

/** Losing, noticing, and two looks of two seconds each; and the way up is the slow one. */
const NOTICED = 30_000;

test('a picture that does not fit is held back, with a word on both screens, and comes back', async (town) => {
  const [ann, bob] = await Promise.all([town.person('ann'), town.person('bob')]);
  await Promise.all([ann.talkTo(bob), bob.talkTo(ann)]);
  await ann.call('Video');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);

  // The control: on a clear network both pictures go on, and the mark says so.
  const mark = (person, grade) => person.page.getByRole('button', { name: `Connection: ${grade}`, exact: true });
  await Promise.all([mark(ann, 'good').waitFor(), mark(bob, 'good').waitFor()]);
  assert.equal(await ann.page.getByText('is paused').count(), 0);

  const clear = town.hosts.ann.losing(35);
  await ann.page.getByText('Video is paused: your connection is poor').first().waitFor({ timeout: NOTICED });
  await bob.page
    .getByText(/video is paused: poor connection/)
    .first()
    .waitFor();
  await seesNoFrames(bob);
  assert.equal((await bob.hears('call_media')).media.held, true);
  assert.equal((await bob.hears('call_media')).media.camera, true, 'it is still her wish to be seen');

  // Sound is never touched, and what bob sends does not suffer for her.
  const before = await received(bob.page);
  await hears(bob, ann);
  await seesMoving(ann);
  assert.ok((await received(bob.page)).audio > before.audio);

  await mark(ann, 'poor').waitFor({ timeout: NOTICED });
  await mark(ann, 'poor').focus();
  await ann.page.keyboard.press('Enter');
  await ann.sees('It seems to be your connection.');
  await ann.sees('Lost on the way from you');
  await ann.page.keyboard.press('Escape');
  await mark(bob, 'poor').waitFor({ timeout: NOTICED });
  await mark(bob, 'poor').click();
  await bob.sees('It seems to be Ann’s connection.');
  await bob.page.keyboard.press('Escape');

  clear();
  await until(
    'the picture is back',
    () => bob.page.getByText(/is paused/).count(),
    (count) => count === 0,
    60_000,
  );
  await seesMoving(bob);
  await Promise.all([mark(ann, 'good').waitFor({ timeout: NOTICED }), mark(bob, 'good').waitFor({ timeout: NOTICED })]);
  await ann.press('End call');
});
