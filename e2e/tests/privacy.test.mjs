// Who learns whose address, shown on packets: two real browsers on two hosts that can reach each other, the program on
// a third, somebody else on a fourth. First without protection, which must show the address; then with it.

import assert from 'node:assert/strict';
import { talk } from '../harness/net/conversation.mjs';
import { assertSecret, findings, strangers, told } from '../harness/net/secrecy.mjs';
import { isStun } from '../harness/net/stun.mjs';
import { town } from '../harness/net/town.mjs';

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
