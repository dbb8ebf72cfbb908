// Bad networks: video calls through the relay while the link of the one who accepts loses, delays and queues packets.

import { silences, told } from '../harness/ear.mjs';
import { received } from '../harness/probe.mjs';
import { ms, table } from './figures.mjs';
import { firstSound } from './free.mjs';

const LOSSES = [0, 2, 5, 10, 20];
const DELAYS = [0, 100, 300];
const RATES = [100_000, 1_000_000, null];
const QUICK = [
  { loss: 0, delay: 100, rate: 1_000_000 },
  { loss: 10, delay: 100, rate: null },
  { loss: 20, delay: 300, rate: 100_000 },
];

/** A gap in what is heard: longer than the pauses in a voice. */
const GAP = 400;
/** For how long each call is listened to, from its first sound on. */
const SPAN = 8_000;
/** A call that nobody hears for so long is none. */
const PATIENCE = 25_000;

const nameOf = (rate) =>
  rate === null ? 'free' : rate >= 1_000_000 ? `${rate / 1_000_000} Mbit/s` : `${rate / 1_000} kbit/s`;

/**
 * One call in each weather.
 * @param {import('./setting.mjs').Setting} setting
 */
export async function storms(setting, quick) {
  const all = LOSSES.flatMap((loss) => DELAYS.flatMap((delay) => RATES.map((rate) => ({ loss, delay, rate }))));
  await setting.path('relay');
  const rows = [];
  for (const weather of quick ? QUICK : all) {
    const row = await oneCall(setting, weather);
    console.error(row.join('  '));
    rows.push(row);
  }
  console.log('\nVideo calls, path relay, weather on the link of the one who accepts, each way');
  console.log(
    table([
      [
        'loss',
        'delay',
        'rate',
        'Accept → both hear',
        'heard without gaps: caller',
        'callee',
        'made up',
        'video: caller',
        'callee',
      ],
      ...rows,
    ]),
  );
  console.log(
    `Gaps are silences over ${GAP} ms within ${SPAN / 1_000} s; made up is sound that stands in for lost packets.`,
  );
}

async function oneCall(setting, weather) {
  const { ann } = setting;
  const callee = await setting.next();
  const head = [`${weather.loss} %`, ms(weather.delay), nameOf(weather.rate)];
  await setting.weather.set(weather);
  try {
    await ann.call('Video');
    const accepted = await setting.accept(callee, 'Accept with video');
    const people = [ann, callee];
    const firsts = await Promise.all(people.map((person) => firstSound(person, accepted, PATIENCE)));
    const start = Math.max(...firsts);
    await new Promise((resolve) => setTimeout(resolve, start + SPAN - Date.now()));
    const [hers, his] = await Promise.all(people.map((person) => qualities(person, start)));
    const madeUp = Math.max(hers.madeUp, his.madeUp);
    return [...head, ms(start - accepted), hers.heard, his.heard, percent(madeUp), hers.video, his.video];
  } catch (error) {
    if (process.env.BIRDCALL_BENCH_STRICT) throw error;
    return [...head, 'never', ...Array(5).fill('–')];
  } finally {
    await setting.weather.set();
    await setting.end(callee);
  }
}

async function qualities({ page }, start) {
  const end = start + SPAN;
  const [{ sounds }, { height }, madeUp] = await Promise.all([told(page, start), received(page), concealed(page)]);
  const silent = silences(sounds, start, end, GAP).reduce((sum, [from, to]) => sum + to - from, 0);
  return { heard: percent(1 - silent / SPAN), video: height > 0 ? `${height}p` : 'none', madeUp };
}

/** The share of what was played that stood in for lost packets. */
function concealed(page) {
  return page.evaluate(async () => {
    const report = await window.birdcallProbe.connections.at(-1).getStats();
    const sound = [...report.values()].find((it) => it.type === 'inbound-rtp' && it.kind === 'audio');
    return sound ? (sound.concealedSamples - sound.silentConcealedSamples) / sound.totalSamplesReceived : 0;
  });
}

const percent = (share) => `${Math.round(share * 100)} %`;
