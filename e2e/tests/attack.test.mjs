// A malicious client in a call with a person's browser, on packets: nothing it says makes that browser or the relay
// send anything to anybody else, or tells it where that person is.

import assert from 'node:assert/strict';
import { attackFromBothSides, tamperingBrowser } from '../harness/net/assault.mjs';
import { town } from '../harness/net/town.mjs';

const story = town();

story('a client that injects candidates and tries other peers reaches nobody and learns nothing', async (town) => {
  assert.deepEqual(await attackFromBothSides(town), []);
});

story('a browser that injects candidates in an active call and in a restart reaches nobody', async (town) => {
  assert.deepEqual(await tamperingBrowser(town), []);
});
