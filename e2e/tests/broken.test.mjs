// The proofs can fail: against builds in which one protection is switched off each of them finds what that protection
// is for. Such a build is made for these tests alone.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attackFromBothSides, tamperingBrowser } from '../harness/net/assault.mjs';
import { talk } from '../harness/net/conversation.mjs';
import { findings } from '../harness/net/secrecy.mjs';
import { Town } from '../harness/net/town.mjs';

const BROKEN =
  process.env.BIRDCALL_BROKEN ?? fileURLToPath(new URL('../../target/broken-protections/birdcall', import.meta.url));

/** Runs a proof in a town whose program lacks a protection, and hands back what it found. */
function without(rule, name, proof, reasons) {
  test(`${rule}: ${name}`, { timeout: 180_000 }, async () => {
    assert.ok(existsSync(BROKEN), `there is no build with the feature broken-protections at ${BROKEN}`);
    const town = await Town.build({ program: BROKEN, env: { BIRDCALL_WITHOUT: rule } });
    try {
      const found = await proof(town);
      for (const reason of reasons) {
        assert.ok(
          found.some((finding) => reason.test(finding)),
          `not found: ${reason}\n${found.join('\n')}`,
        );
      }
    } finally {
      await town.remove();
    }
  });
}

without(
  'P-2',
  'browsers that are told to use any path send packets to others than the server',
  async (town) => findings(town, await talk(town, { private: ['ann'], path: /./ })),
  [/^(ann|bob) talks to a stranger: udp /],
);

/** On a relayed call a browser looks no name up; on a direct one it does, so there the same bait is followed. */
async function poisoned(town) {
  const relayed = await tamperingBrowser(town);
  return [...relayed, ...(await tamperingBrowser(town, { private: [], path: /^host-/ }))];
}

without('P-3', 'what nobody filters arrives in the other browser, which follows it', poisoned, [
  /^only 0 candidates were filtered/,
  /^bait arrives in a frame: bait/,
  /^bait arrives in a peer connection: bait/,
  /^the outsider is reached: udp /,
  /^a question for a name at bob: bait/,
  /^a question for a name at bob: .*\.local$/,
]);

without('P-4', 'a relay that sends to anybody reaches the outsider', attackFromBothSides, [
  /^the relay answers 0, not 403, to a permission for the outsider/,
  /^the outsider is reached: udp /,
]);
