// How soon calls ring, how soon people hear each other, how calls fare on bad networks and through a change of network.
// Run as `cargo xtask bench calls`: real browsers, the real program and its relay, on hosts that are namespaces.

import { parseArgs } from 'node:util';
import { free } from './free.mjs';
import { roaming } from './roaming.mjs';
import { Setting } from './setting.mjs';
import { storms } from './storms.mjs';

const USAGE = `cargo xtask bench calls [--quick] [--only WORD…] [--seed N]

  --quick  few tries of each, in about two minutes instead of twenty: to see whether it works
  --only   chapters whose names contain one of the words: free, storms, roaming
  --seed   decides which packets get lost; drawn and printed if it is not given`;

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
});

/** What is measured, in this order. */
const CHAPTERS = {
  free: (setting) => free(setting, values.quick ? 3 : 20),
  roaming: (setting) => roaming(setting, values.quick ? 3 : 20),
  storms: (setting) => storms(setting, values.quick),
};

const words = [...(values.only ?? []), ...positionals];
const chapters = Object.keys(CHAPTERS).filter((name) => words.length === 0 || words.some((it) => name.includes(it)));
if (values.help || chapters.length === 0) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
console.log(`seed ${seed}`);
const setting = await Setting.build(seed);
try {
  for (const chapter of chapters) await CHAPTERS[chapter](setting);
} finally {
  await setting.remove();
}
