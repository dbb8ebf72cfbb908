// A call survives what happens to phones and laptops (C-19): another network, a minute asleep, a server out of reach.
// The addresses of a host are taken away and others are given, as when a phone leaves the Wi-Fi; first without others,
// which must leave the call silent.

import assert from 'node:assert/strict';
import { setPrivacy, travels } from '../../harness/net/conversation.mjs';
import { run } from '../../harness/net/namespaces.mjs';
import { Links } from '../../harness/net/second-link.mjs';
import { town } from '../../harness/net/town.mjs';
import { heard, received, silent } from '../../harness/probe.mjs';
import { bothHear, hears } from '../../harness/talk.mjs';
import { holds, PATIENCE, until } from '../../harness/until.mjs';
import { end } from '../../harness/whole-way.mjs';

/** So long a laptop is closed. */
const ASLEEP = 60_000;

let links;

const story = town({
  watched: false,
  prepare: async (network) => {
    links = new Links(network, network.hosts.ann);
  },
});

/** Ann calls bob, and they hear each other on a path. */
async function talk(town, { relayed }) {
  const [ann, bob] = await Promise.all([town.person('ann'), town.person('bob')]);
  await setPrivacy(ann, relayed);
  await Promise.all([ann.talkTo(bob), bob.talkTo(ann)]);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bothHear(ann, bob);
  await travels(ann, relayed ? 'relay-relay' : 'host-host');
  return [ann, bob];
}

const falls = (person) => until(`@${person.handle} hears nothing`, () => heard(person.page), silent);

/** Two seconds of sound arrive after this moment, more than can have been on the way. */
async function receivesMore({ handle, page }) {
  const { audio } = await received(page);
  await until(
    `@${handle} receives sound again`,
    () => received(page),
    (now) => now.audio > audio + 100,
  );
}

const remains = (person, span) =>
  holds(`@${person.handle} hears nothing`, span, () => heard(person.page), silent, PATIENCE + span);

/** Nothing is said about the connection any more. */
const calm = (person) =>
  until(
    `@${person.handle} reads nothing of a lost connection`,
    () => person.page.getByText(/Trying again|Reconnecting|out of reach/).count(),
    (count) => count === 0,
  );

story('without another address both hear nothing, and are told why (positive control)', async (town) => {
  const [ann, bob] = await talk(town, { relayed: true });
  links.leave();
  try {
    await Promise.all([falls(ann), falls(bob)]);
    await Promise.all([
      remains(ann, 5_000),
      remains(bob, 5_000),
      ann.sees('Your connection is lost. Trying again…'),
      bob.sees('Ann cannot be heard. Trying again…'),
    ]);
  } finally {
    links.arrive();
  }
  await Promise.all([hears(ann, bob), hears(bob, ann), calm(ann), calm(bob)]);
  await end(ann, bob);
});

for (const relayed of [true, false]) {
  story(
    `with another address they hear each other again, ${relayed ? 'through the relay' : 'directly'}`,
    async (town) => {
      const [ann, bob] = await talk(town, { relayed });
      const before = links.place.v4;
      links.leave();
      links.arrive();
      assert.notEqual(links.place.v4, before);
      // The old link is down: what is received from now on came by the new one.
      await Promise.all([receivesMore(ann), receivesMore(bob)]);
      await Promise.all([hears(ann, bob), hears(bob, ann), calm(ann), calm(bob)]);
      await end(bob, ann);
    },
  );
}

story('a laptop that sleeps for a minute is in its call when it wakes up', async (town) => {
  const [ann, bob] = await talk(town, { relayed: true });
  const { namespace } = town.hosts.bob;
  const pids = run(['ip', 'netns', 'pids', namespace]).trim().split('\n').map(Number);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    const closed = Date.now();
    await falls(ann);
    await ann.sees('Bob cannot be heard. Trying again…');
    await remains(ann, closed + ASLEEP - Date.now());
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  await Promise.all([hears(ann, bob), hears(bob, ann), calm(ann), calm(bob)]);
  await end(ann, bob);
});

story('a server out of reach for a while does not end a call, and hears afterwards what it missed', async (town) => {
  const [ann, bob] = await talk(town, { relayed: true });
  const welcomes = ann.told('welcome').length;
  const unblock = town.hosts.ann.blockTcp(town.port);
  try {
    // What is sent finds the line cut.
    await ann.press('Mute');
    await ann.sees('The server is out of reach. The call goes on while it can.');
    await falls(bob);
    await hears(ann, bob);
    await ann.press('Unmute');
    await hears(bob, ann);
    await ann.press('Mute');
    assert.equal(await bob.page.getByText('Ann is muted').count(), 0, 'bob cannot know it yet');
  } finally {
    unblock();
  }
  await until(
    'the socket is back',
    () => ann.told('welcome').length,
    (count) => count > welcomes,
  );
  await Promise.all([bob.sees('Ann is muted'), calm(ann)]);
  await ann.press('Unmute');
  await Promise.all([hears(ann, bob), hears(bob, ann)]);
  await end(ann, bob);
});
