// The packet proofs with a Firefox in bob's place: it asks for names, gathers and sends in ways of its own.

import assert from 'node:assert/strict';
import { attackFromBothSides } from '../harness/net/assault.mjs';
import { talk } from '../harness/net/conversation.mjs';
import { assertSecret } from '../harness/net/secrecy.mjs';
import { town } from '../harness/net/town.mjs';

const story = town({ voices: { ann: 'chromium', bob: 'firefox' } });

story('with Enhanced call privacy a Firefox and a Chromium do not learn the address of the other', async (town) => {
  assertSecret(town, await talk(town, { private: ['bob'], path: 'relay-relay' }));
});

story('a client that injects candidates learns nothing of a Firefox', async (town) => {
  assert.deepEqual(await attackFromBothSides(town), []);
});
