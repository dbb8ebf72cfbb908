// A free network: how soon it rings after the press of Call, and how soon both hear each other after that of Accept.

import { told } from '../harness/ear.mjs';
import { until } from '../harness/until.mjs';
import { ms, summary, table, verdict } from './figures.mjs';

/** What has to be reached, in milliseconds. */
const TARGETS = { rang: { p95: 300 }, heard: { p50: 400, p95: 1_000 } };

/**
 * Calls through the relay, one after the other.
 * @param {import('./setting.mjs').Setting} setting
 */
export async function free(setting, calls) {
  await setting.weather.set();
  await setting.path('relay');
  const rang = [];
  const heard = [];
  for (let call = 0; call < calls; call += 1) {
    const callee = await setting.next();
    const one = await oneCall(setting, callee);
    rang.push(one.rang);
    heard.push(one.heard);
    await setting.end(callee);
  }
  const [ring, sound] = [summary(rang), summary(heard)];
  console.log(`\nFree network, path relay, ${calls} calls`);
  console.log(
    table([
      ['', 'p50', 'p95', 'worst', 'to reach'],
      [
        'Call pressed → ring shown',
        ms(ring.p50),
        ms(ring.p95),
        ms(Math.max(...rang)),
        verdict(ring.p95, TARGETS.rang.p95),
      ],
      [
        'Accept pressed → both hear',
        ms(sound.p50),
        ms(sound.p95),
        ms(Math.max(...heard)),
        `${verdict(sound.p50, TARGETS.heard.p50)}, ${verdict(sound.p95, TARGETS.heard.p95)}`,
      ],
    ]),
  );
}

async function oneCall({ ann, accept }, callee) {
  await ann.call('Audio');
  const { rang } = await until(
    `it rings at @${callee.handle}`,
    () => told(callee.page),
    ({ rang }) => rang !== null,
  );
  const called = (await told(ann.page)).pressed['Audio call'];
  const accepted = await accept(callee, 'Accept');
  // Who is never heard has been waited for without end.
  const firsts = await Promise.all(
    [ann, callee].map((person) => firstSound(person, accepted).catch(() => Number.POSITIVE_INFINITY)),
  );
  return { rang: rang - called, heard: Math.max(...firsts) - accepted };
}

/** When a person hears something for the first time. */
export async function firstSound(person, since, within) {
  const { sounds } = await until(
    `@${person.handle} hears something`,
    () => told(person.page, since),
    ({ sounds }) => sounds.length > 0,
    within,
  );
  return sounds[0][0];
}
