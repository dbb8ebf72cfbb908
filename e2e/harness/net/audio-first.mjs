// Audio first, as two people in a town live through it.

import assert from 'node:assert/strict';
import { received } from '../probe.mjs';
import { bothHear, hears, seesMoving, seesNoFrames } from '../talk.mjs';
import { until } from '../until.mjs';

/** Losing, hearing of it, and three looks of two seconds each; and the way up is the slow one. */
const NOTICED = 30_000;

/**
 * On a poor network ann's picture goes and her sound stays, both are told, and the picture comes back.
 * @param {import('./town.mjs').Town} town
 */
export async function audioFirst(town) {
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
}
