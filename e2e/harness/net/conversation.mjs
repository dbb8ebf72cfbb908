// Calls between ann and bob in a town, and the evidence of what passed meanwhile.

import { received } from '../probe.mjs';
import { bothHear } from '../talk.mjs';
import { until } from '../until.mjs';
import { end } from '../whole-way.mjs';

/** Somebody turns Enhanced call privacy on or off. */
export async function setPrivacy(person, on) {
  const { calling } = await person.ask('GET', '/me');
  await person.ask('PUT', '/me/calling', { ...calling, enhanced_privacy: on });
}

/**
 * Both sign in, one calls the other, they hear each other, something happens, and it ends.
 * @param {import('./town.mjs').Town} town
 * @param {object} how
 * @param {('ann' | 'bob')[]} how.private who has Enhanced call privacy on
 * @param {'v4' | 'v6'} how.family of the page's address
 * @param {'v4' | 'v6'} how.calleeFamily of bob's page, if it is another
 * @param {string | RegExp} how.path of the media, in the words of candidate types
 * @param {(ann: import('../people.mjs').Person) => Promise<void>} how.prepare what the caller does before
 * @param {(ann: import('../people.mjs').Person, bob: import('../people.mjs').Person) => Promise<void>} how.meanwhile
 * @returns {Promise<import('./secrecy.mjs').Evidence>} of all of it, from before they signed in
 */
export async function talk(
  town,
  {
    private: shy = [],
    family = 'v4',
    calleeFamily = family,
    path,
    prepare = async () => {},
    meanwhile = async () => {},
  },
) {
  const from = await town.mark();
  const [ann, bob] = await Promise.all([town.person('ann', family), town.person('bob', calleeFamily)]);
  await Promise.all([ann, bob].map((person) => setPrivacy(person, shy.includes(person.handle))));
  await prepare(ann);
  await Promise.all([ann.talkTo(bob), bob.talkTo(ann)]);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bothHear(ann, bob);
  await Promise.all([travels(ann, path), travels(bob, path)]);
  await meanwhile(ann, bob);
  await Promise.all([ann, bob].map((person) => person.overheard.listen()));
  await end(ann, bob);
  return evidence(town, from, [ann, bob]);
}

/** Media goes between candidates of these types. */
export function travels(person, path, within) {
  return until(
    `@${person.handle}'s media is ${path}`,
    () => received(person.page),
    (it) => (path instanceof RegExp ? path.test(it.path) : it.path === path),
    within,
  );
}

/** All that passed since a mark, and all that these pages were told. */
export async function evidence(town, from, people) {
  const passed = town.passed(from, await town.mark());
  const heard = await Promise.all(people.map(async ({ handle, overheard }) => [handle, await overheard.since()]));
  return { passed, heard: Object.fromEntries(heard) };
}
