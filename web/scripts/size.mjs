// The budget of the first load: what finds the words, the app, everything the two import statically, and the words of one
// language, compressed as a server would send it.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Kilobytes of gzip. Raising it makes the first page slower on a phone; calls load their own code when needed. */
const BUDGET = 100;

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const weigh = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;

const first = new Set();
const walk = (key) => {
  if (first.has(key)) return;
  first.add(key);
  for (const next of manifest[key].imports ?? []) walk(next);
};
for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) walk(key);
if (first.size === 0) throw new Error('no entry in the manifest');
if (!manifest['src/start.ts']) throw new Error('no app in the manifest');
walk('src/start.ts');

/** The words of each language: one of them is in every first load. */
const spoken = Object.keys(manifest)
  .map((key) => [/^src\/words\/(\w+)\/index\.ts$/.exec(key)?.[1], key])
  .filter(([language]) => language !== undefined)
  .map(([language, key]) => ({ language, words: weigh(manifest[key].file), file: key }));
if (spoken.length === 0) throw new Error('no words in the manifest');

let scripts = 0;
let styles = 0;
const sheets = new Set();
for (const key of first) {
  scripts += weigh(manifest[key].file);
  for (const sheet of manifest[key].css ?? []) sheets.add(sheet);
}
for (const sheet of sheets) styles += weigh(sheet);

let later = 0;
for (const [key, chunk] of Object.entries(manifest)) {
  const words = spoken.some(({ file }) => file === key);
  if (!first.has(key) && !words && chunk.file.endsWith('.js')) later += weigh(chunk.file);
}

const most = scripts + Math.max(...spoken.map(({ words }) => words));
console.log(`first load: ${most.toFixed(1)} KB of script (budget ${BUDGET}), ${styles.toFixed(1)} KB of style, gzip`);
for (const { language, words } of spoken) console.log(`  of these, words: ${words.toFixed(1)} KB in ${language}`);
console.log(`when needed: ${later.toFixed(1)} KB of script`);
console.log(`in the background: ${weigh('sw.js').toFixed(1)} KB of service worker`);
if (most > BUDGET) {
  console.error(`The first load is ${(most - BUDGET).toFixed(1)} KB over its budget.`);
  process.exit(1);
}
