// Every page, light and dark, narrow and wide, from left to right and from right to left, into `out/`, for people to look
// at: `cargo xtask screenshots`. With words after it only the looks whose names have them all, such as `ar dark`, and with
// `still` only what has no live media.

import { mkdirSync } from 'node:fs';
import { Server } from './harness/server.mjs';
import { OUT } from './harness/world.mjs';
import { lookAtCall, lookAtKept } from './pictures/calls.mjs';
import { Look, openVoices } from './pictures/look.mjs';
import { lookAtBeginnings, lookAtDevices, lookAtPages, lookAtWhatCovers } from './pictures/pages.mjs';
import { readWords } from './pictures/words.mjs';

const LANGUAGES = ['en', 'ar'];
const asked = process.argv.slice(2);
const still = asked.includes('still');
const wanted = asked.filter((word) => word !== 'still');

const parts = [lookAtPages, lookAtWhatCovers, lookAtDevices, ...(still ? [] : [lookAtCall, lookAtKept])];

mkdirSync(OUT, { recursive: true });
const words = await readWords(LANGUAGES);
const server = await Server.start();
const voices = await openVoices();
let taken = 0;
try {
  for (const language of LANGUAGES) {
    for (const scheme of ['light', 'dark']) {
      for (const width of [390, 1280]) {
        const look = new Look({ server, voices, words: words[language], language, scheme, width });
        if (!wanted.every((word) => look.name.split('-').includes(word))) continue;
        const people = await lookAtBeginnings(look);
        for (const part of parts) await part(look, people);
        await Promise.all([people.ann.leave(), people.bob.leave()]);
        taken += 1;
        console.log(look.name);
      }
    }
  }
} finally {
  await voices.close();
  await server.stop();
}
if (taken === 0) throw new Error('no look has such a name');
console.log(`pictures: ${OUT}`);
