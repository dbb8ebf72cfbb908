// The history of calls: parts of it, deleting with a way back, and what lets the next call ring (C-6).

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--ring-seconds', '6'] });

/** The calls that a person sees in the part of the history that is open. */
const rows = (person) => person.page.getByRole('tabpanel').getByRole('listitem').allInnerTexts();

const tab = (person, name) => person.page.getByRole('tab', { name, exact: true }).click();

const shows = (person, count, words) =>
  until(
    `@${person.handle} sees ${count} of ${words}`,
    () => rows(person),
    (all) => all.length === count && all.every((one) => words.test(one)),
  );

const notice = (person, text) => person.page.getByRole('status', { name: 'Notices' }).getByText(text);

/** One calls, and nobody answers. */
async function misses(caller, callee, kind) {
  await caller.talkTo(callee);
  await caller.call(kind);
  await callee.button('Accept').waitFor();
  await callee.button('Accept').waitFor({ state: 'hidden' });
}

story('it comes in parts, calls back in one press, and gives back what was deleted', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  await bob.page.goto('/people');
  await misses(ann, bob, 'Video');
  await misses(ann, bob, 'Audio');
  // The mark is there while nobody has looked.
  const mark = bob.page.getByRole('link', { name: /^Calls ?, 2 missed calls$/ });
  await mark.waitFor();
  await mark.click();
  await shows(bob, 2, /Missed (audio|video) call/);
  await bob.page.getByRole('link', { name: 'Calls', exact: true }).waitFor();

  await bob.button('Call Ann back').first().click();
  await ann.button('Accept').waitFor();
  await ann.answer('Decline');
  await bob.page.getByRole('button', { name: 'Close', exact: true }).first().click();
  await shows(bob, 3, /audio|video/i);
  await tab(bob, 'Missed');
  await shows(bob, 2, /Missed/);
  await tab(bob, 'Outgoing');
  await shows(bob, 1, /declined/);
  await tab(bob, 'Incoming');
  await shows(bob, 2, /Missed/);
  await accessible(bob, 'the history, in parts');

  const deleteFirst = async () => {
    await bob.page.getByRole('button', { name: 'More about the call with Ann' }).first().click();
    await bob.press('Delete from this list');
  };
  await deleteFirst();
  await shows(bob, 1, /Missed video call/);
  await bob.press('Undo');
  await shows(bob, 2, /Missed/);
  await deleteFirst();
  await shows(bob, 1, /Missed video call/);
  // The page is left before the notice is over: it is deleted all the same.
  await bob.page.goto('/calls');
  await tab(bob, 'Missed');
  await shows(bob, 1, /Missed video call/);

  await bob.press('More');
  await bob.press('Delete all calls');
  await shows(bob, 0, /./);
  await bob.sees('None missed');
  await accessible(bob, 'an empty history');
  // What comes in meanwhile is not swept away with it.
  await misses(ann, bob, 'Audio');
  await shows(bob, 1, /Missed audio call/);
  await notice(bob, 'All calls deleted').waitFor({ state: 'hidden' });
  await until(
    'only the newest is left on the server',
    () => bob.ask('GET', '/calls'),
    ({ calls }) => calls.length === 1 && calls[0].kind === 'audio',
  );
  await shows(bob, 1, /Missed audio call/);
  // The other side keeps theirs.
  assert.equal((await ann.ask('GET', '/calls')).calls.length, 4);
});

story('one press lets the next call ring, and can be undone', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  const remedy = { reason: /Not among the people/, press: `Add @${ann.handle} to your address book` };
  await bob.ask('DELETE', `/people/${ann.handle}/follow`);
  await bob.page.goto('/calls');
  await ann.call('Audio');
  await ann.hears('call_ended');
  await bob.sees(remedy.reason);
  await accessible(bob, 'a call that did not ring');
  await bob.press(remedy.press);
  await notice(bob, `@${ann.handle} can call you now.`).waitFor();
  await bob.press('Undo');
  await bob.button(remedy.press).waitFor();
  await bob.press(remedy.press);
  await notice(bob, `@${ann.handle} can call you now.`).waitFor();
  await bob.button(remedy.press).waitFor({ state: 'hidden' });
  await misses(ann, bob, 'Audio');

  await bob.ask('PUT', '/me/quiet', { on: true, zone: 'UTC' });
  await ann.call('Audio');
  await bob.sees(/Do not disturb was on/);
  await bob.button(`Let @${ann.handle} through`).first().click();
  await notice(bob, `@${ann.handle} can call you now.`).waitFor();
  await misses(ann, bob, 'Audio');

  await bob.press('Delete all that did not ring');
  await bob.sees('None so far.');
  await bob.page.goto('/calls');
  await bob.sees('None so far.');
});
