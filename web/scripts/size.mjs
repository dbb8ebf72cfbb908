// The budget of the first load: the entry and everything it imports statically, compressed as a server would send it.
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
  if (!first.has(key) && chunk.file.endsWith('.js')) later += weigh(chunk.file);
}

console.log(
  `first load: ${scripts.toFixed(1)} KB of script (budget ${BUDGET}), ${styles.toFixed(1)} KB of style, gzip`,
);
console.log(`when needed: ${later.toFixed(1)} KB of script`);
console.log(`in the background: ${weigh('sw.js').toFixed(1)} KB of service worker`);
if (scripts > BUDGET) {
  console.error(`The first load is ${(scripts - BUDGET).toFixed(1)} KB over its budget.`);
  process.exit(1);
}
