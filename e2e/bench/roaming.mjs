// A change of network during a call: the caller's addresses are taken away, and others are given.

import { silences, told } from '../harness/ear.mjs';
import { travels } from '../harness/net/conversation.mjs';
import { holds } from '../harness/until.mjs';
import { ms, summary, table, verdict } from './figures.mjs';
import { firstSound } from './free.mjs';

const TARGET = { p95: 3_000 };
/** The path is given up and found again when both have heard each other without a gap for so long. */
const STEADY = 2_000;
const GAP = 400;

/**
 * Some changes on each path.
 * @param {import('./setting.mjs').Setting} setting
 */
export async function roaming(setting, tries) {
  await setting.weather.set();
  const rows = [];
  for (const [path, types] of [
    ['relay', 'relay-relay'],
    ['direct', 'host-host'],
  ]) {
    await setting.path(path);
    const callee = await setting.next();
    await setting.ann.call('Audio');
    const accepted = await setting.accept(callee, 'Accept');
    await Promise.all([setting.ann, callee].map((person) => firstSound(person, accepted)));
    await travels(setting.ann, types);
    const times = [];
    for (let at = 0; at < tries; at += 1) {
      const took = await change(setting, callee);
      console.error(path, at, ms(took));
      times.push(took);
    }
    await setting.end(callee);
    const { p50, p95 } = summary(times);
    rows.push([path, String(tries), ms(p50), ms(p95), ms(Math.max(...times)), verdict(p95, TARGET.p95)]);
  }
  console.log('\nAddress taken away and another given: until both hear each other again');
  console.log(table([['path', 'tries', 'p50', 'p95', 'worst', 'to reach'], ...rows]));
}

/** Milliseconds until both hear each other again. */
async function change({ ann, links }, callee) {
  const people = [ann, callee];
  const heard = () => Promise.all(people.map(({ page }) => told(page, Date.now() - 60_000)));
  const left = Date.now();
  links.leave();
  links.arrive();
  const gaps = await holds(
    'both hear each other',
    STEADY,
    async () => (await heard()).flatMap(({ sounds }) => silences(sounds, left - GAP, Date.now(), GAP)),
    (gaps) => gaps.every(([, end]) => end < Date.now() - GAP / 4),
    40_000,
  ).catch(() => [[left, Number.POSITIVE_INFINITY]]);
  return Math.max(0, ...gaps.map(([, end]) => end - left));
}
