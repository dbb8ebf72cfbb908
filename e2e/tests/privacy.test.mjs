// Who learns whose address, shown on packets: two real browsers on two hosts that can reach each other, the program on
// a third, somebody else on a fourth. First without protection, which must show the address; then with it.

import assert from 'node:assert/strict';
import { setPrivacy, talk, travels } from '../harness/net/conversation.mjs';
import { describe } from '../harness/net/packet.mjs';
import { assertSecret, findings, strangers, told } from '../harness/net/secrecy.mjs';
import { isStun } from '../harness/net/stun.mjs';
import { town } from '../harness/net/town.mjs';
import { bothHear } from '../harness/talk.mjs';
import { until } from '../harness/until.mjs';

const story = town();

story('without Enhanced call privacy people who follow each other see addresses (positive control)', async (town) => {
  const { ann, bob } = town.hosts;
  const { passed, heard } = await talk(town, { path: 'host-host' });

  const checks = passed.bob.filter((packet) => isStun(packet.payload) && ann.addresses.includes(packet.source));
  assert.ok(checks.length > 0, "ann's host sends STUN to bob's");
  const media = passed.bob.filter(({ kind, source }) => kind === 'udp' && ann.addresses.includes(source));
  assert.ok(media.length > checks.length, 'and more than STUN');

  // The instruments see all of it.
  assert.match(strangers(bob, ann, town, passed.bob)[0], /^a packet between bob and ann: udp /);
  assert.match(told(bob, ann, town, passed.bob, [])[0], /^bob is told ann's address .* in a packet: /);
  for (const where of ['a frame', 'a peer connection']) {
    const notes = heard.bob.filter((note) => note.where === where);
    assert.match(told(bob, ann, town, [], notes)[0] ?? 'nothing', /^bob is told ann's address /, where);
  }
  assert.ok(findings(town, { passed, heard }).length > 0);
});

for (const shy of [['ann'], ['bob'], ['ann', 'bob']]) {
  story(`with Enhanced call privacy of ${shy.join(' and ')} neither learns the other's address`, async (town) => {
    assertSecret(town, await talk(town, { private: shy, path: 'relay-relay' }));
  });
}

story('the same with IPv6 and nothing else', async (town) => {
  const hosts = [town.hosts.ann, town.hosts.bob];
  for (const host of hosts) host.without('v4');
  try {
    const all = await talk(town, { private: ['ann'], family: 'v6', path: 'relay-relay' });
    assertSecret(town, all);
    for (const { name, v4 } of hosts) {
      const sent = all.passed[name].filter(({ source }) => source === v4);
      assert.deepEqual(sent.map(describe), []);
      const relayed = all.passed[name].filter(({ source }) => source === town.hosts.server.v6);
      assert.ok(relayed.length > 50, `media over IPv6 at ${name}`);
    }
  } finally {
    for (const host of hosts) host.with('v4');
  }
});

story('the same between somebody on IPv6 and somebody on IPv4, both having both', async (town) => {
  assertSecret(town, await talk(town, { private: ['bob'], family: 'v6', calleeFamily: 'v4', path: 'relay-relay' }));
});

story('switched on in a direct call, it moves the call to the relay within 3 s (P-7)', async (town) => {
  const { ann: hers, bob: his } = town.hosts;
  let pressed;
  const { passed } = await talk(town, {
    path: 'host-host',
    meanwhile: async (ann, bob) => {
      pressed = Date.now();
      await setPrivacy(bob, true);
      await Promise.all([ann, bob].map((person) => travels(person, 'relay-relay', 3_000)));
      await bob.sees(/could see your IP address/);
      await until('the three seconds are over', () => Date.now() - pressed > 3_000);
      await bothHear(ann, bob);
    },
  });
  for (const [at, far] of [
    [hers, his],
    [his, hers],
  ]) {
    const between = passed[at.name].filter(({ source, target }) =>
      far.addresses.some((it) => it === source || it === target),
    );
    assert.ok(between.length > 0, 'it was direct');
    const late = between.filter(({ time }) => time > pressed + 3_000);
    assert.deepEqual(late.map(describe), [], `at ${at.name}`);
    // A browser takes UDP or TLS to the relay, whichever connects first.
    const server = town.hosts.server.addresses;
    const relayed = passed[at.name].filter(({ time, source }) => time > pressed + 3_000 && server.includes(source));
    assert.ok(relayed.length > 50, `media goes on at ${at.name}`);
  }
});
