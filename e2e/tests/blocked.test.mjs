// A network that lets nothing out but web pages: the call goes over TLS, on the port of the page.

import assert from 'node:assert/strict';
import { evidence, setPrivacy } from '../harness/net/conversation.mjs';
import { connections } from '../harness/net/overheard.mjs';
import { describe } from '../harness/net/packet.mjs';
import { assertSecret } from '../harness/net/secrecy.mjs';
import { town } from '../harness/net/town.mjs';
import { received } from '../harness/probe.mjs';
import { bothHear } from '../harness/talk.mjs';
import { until } from '../harness/until.mjs';
import { end } from '../harness/whole-way.mjs';

const story = town();

for (const family of ['v4', 'v6']) {
  story(`where UDP is blocked a call connects over TLS within 5 s (${family})`, async (town) => {
    const from = await town.mark();
    const [ann, bob] = await Promise.all([town.person('ann', family), town.person('bob', family)]);
    await setPrivacy(ann, true);
    await Promise.all([ann.talkTo(bob), bob.talkTo(ann)]);
    const open = town.hosts.ann.blockUdp();
    try {
      await ann.call('Audio');
      await bob.answer('Accept');
      const accepted = Date.now();
      for (const person of [ann, bob]) {
        const left = 5_000 - (Date.now() - accepted);
        await until(
          `@${person.handle} is connected`,
          () => received(person.page),
          ({ state }) => state === 'connected',
          left,
        );
      }
      await bothHear(ann, bob);
      const [{ statistics }] = await connections(ann.page);
      const protocols = statistics.filter(({ type }) => type === 'local-candidate').map((it) => it.relayProtocol);
      assert.ok(protocols.length > 0 && protocols.every((protocol) => protocol === 'tls'), protocols.join());
      await end(ann, bob);
    } finally {
      open();
    }
    const all = await evidence(town, from, [ann, bob]);
    assertSecret(town, all);
    const since = all.passed.ann.filter(
      ({ kind, source }) => kind === 'udp' && town.hosts.ann.addresses.includes(source),
    );
    assert.deepEqual(since.map(describe), [], 'no UDP left the host');
  });
}
