// How soon a page is there and how it answers, on what is about a phone: its window, a fourth of this processor, and a
// good mobile network. `cargo xtask bench pages`.

import { chromium } from 'playwright-core';
import { CHROMIUM } from '../harness/browsers.mjs';
import { message, say, somebody } from '../harness/crowd.mjs';
import { Person } from '../harness/people.mjs';
import { Server } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';

if (process.argv.includes('--help')) {
  console.log('cargo xtask bench pages [--quick]\n\n  --quick  fewer runs, fewer messages');
  process.exit();
}
const quick = process.argv.includes('--quick');

/** Each load is measured so often; the middle one counts. */
const RUNS = quick ? 3 : 9;
/** So many people write what one gets in a busy hour: as many as may sign up from one address at once, and some to spare. */
const CROWD = 30;
const HOUR = quick ? 600 : 3_600;
/** A phone's processor is about so many times slower. */
const SLOWER = 4;
/** A good mobile network: 10 Mbit/s, 60 ms there and back. */
const NETWORK = { offline: false, latency: 60, downloadThroughput: 1_250_000, uploadThroughput: 625_000 };

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** Runs in the page before its own code. */
function watch() {
  const seen = { paint: 0, usable: 0, shift: 0, delays: [] };
  window.birdcallFigures = seen;
  const observe = (type, note, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  observe('paint', (it) => {
    if (it.name === 'first-contentful-paint') seen.paint = it.startTime;
  });
  observe('layout-shift', (it) => {
    if (!it.hadRecentInput) seen.shift += it.value;
  });
  observe('event', (it) => it.interactionId && seen.delays.push(it.duration), { durationThreshold: 16 });
  const look = () => {
    if (document.querySelector('main a[href^="/messages/"]')) seen.usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const server = await Server.start();
const browser = await chromium.launch({ executablePath: CHROMIUM });
const voice = { browser };
const rows = [];
const row = (what, value) => rows.push([what, value]);

/** A page on a phone. */
async function onPhone(context) {
  await context.addInitScript(watch);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', NETWORK);
  return { page, session };
}

/** Loads the messages, and reads how that went. */
async function load(page) {
  await page.goto('/messages');
  await page.locator('main a[href^="/messages/"]').first().waitFor();
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const { paint, usable, shift } = window.birdcallFigures;
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const before = all.filter((it) => it.responseEnd <= usable);
    const bytes = (some) => some.reduce((sum, it) => sum + it.transferSize, 0);
    return {
      paint,
      usable,
      shift,
      bytes: bytes(before),
      script: bytes(before.filter((it) => it.name.endsWith('.js'))),
    };
  });
}

try {
  const ann = await new Person(server, voice, 'ann').arrive();
  await ann.enter('Ann');
  const crowd = [];
  for (let at = 0; at < CROWD; at += 1) crowd.push(await somebody(browser, server, `crowd${at}`));
  for (const one of crowd) {
    await ann.ask('PUT', `/people/${one.handle}/follow`);
    one.page = await one.context.newPage();
    await one.page.goto('/healthz');
    await say(one, [message('ann', `Hello from ${one.handle}`)], 'sent');
  }
  const signedIn = await ann.context.storageState();
  await ann.leave();

  const cold = [];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browser.newContext({ baseURL: server.url, storageState: signedIn, ...PHONE });
    const { page } = await onPhone(context);
    cold.push(await load(page));
    await context.close();
  }
  const each = (loads, key) => middle(loads.map((it) => it[key]));
  row('first paint, cold', `${each(cold, 'paint').toFixed(0)} ms`);
  row('messages usable, cold', `${each(cold, 'usable').toFixed(0)} ms`);

  const context = await browser.newContext({ baseURL: server.url, storageState: signedIn, ...PHONE });
  const { page, session } = await onPhone(context);
  let arrived = 0;
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"type":"entry"')) arrived += 1;
    }),
  );
  await load(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active.state));
  const warm = [];
  for (let run = 0; run < RUNS; run += 1) warm.push(await load(page));
  row('first paint, warm', `${each(warm, 'paint').toFixed(0)} ms`);
  row('messages usable, warm', `${each(warm, 'usable').toFixed(0)} ms`);
  row('bytes until then, cold', `${(each(cold, 'bytes') / 1024).toFixed(0)} KB`);
  row('of these, script', `${(each(cold, 'script') / 1024).toFixed(0)} KB`);

  // A minute of use: open, write, back, the areas, a tab.
  await page.evaluate(() => window.birdcallFigures.delays.splice(0));
  for (const one of crowd.slice(0, quick ? 2 : 6)) {
    await page.locator(`main a[href="/messages/${one.handle}"]`).tap();
    const box = page.getByRole('textbox', { name: `Message @${one.handle}` });
    await box.tap();
    await box.pressSequentially('A word or two');
    await page.getByRole('button', { name: 'Send', exact: true }).tap();
    await page.getByRole('button', { name: 'Back', exact: true }).tap();
    await page
      .getByRole('link', { name: /^Calls/ })
      .first()
      .tap();
    await page.getByRole('tab', { name: 'Missed', exact: true }).tap();
    await page
      .getByRole('link', { name: /^Messages/ })
      .first()
      .tap();
    await page.locator(`main a[href="/messages/${one.handle}"]`).waitFor();
  }
  await page.waitForTimeout(500);
  const { delays, shift } = await page.evaluate(() => window.birdcallFigures);
  const worst = [...delays].sort((a, b) => b - a);
  row('interaction delay, the worst', worst.length === 0 ? 'under 16 ms' : `${worst[0]} ms`);
  row('interaction delay, the middle', worst.length === 0 ? 'under 16 ms' : `${middle(worst)} ms of ${worst.length}`);
  row(
    'layout shift, loads and use',
    Math.max(shift, ...cold.map((it) => it.shift), ...warm.map((it) => it.shift)).toFixed(3),
  );

  // An hour's messages in a minute, with one conversation open.
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await page.goto(`/messages/${crowd[0].handle}`);
  await page.getByRole('textbox').first().waitFor();
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1_048_576;
  };
  await page.waitForTimeout(1_000);
  const before = await heap();
  arrived = 0;
  await Promise.all(
    crowd.map(async (one) => {
      for (let left = HOUR / CROWD; left > 0; left -= 40) {
        const some = Array.from({ length: Math.min(40, left) }, (_, at) =>
          message('ann', `Message ${left - at} of an hour`),
        );
        await say(one, some, 'sent');
        // No faster than the server lets one person write.
        if (left > 40) await new Promise((resolve) => setTimeout(resolve, 4_000));
      }
    }),
  );
  await until('every message arrives', () => arrived >= HOUR, Boolean, 120_000);
  await page.waitForTimeout(1_000);
  const after = await heap();
  row('script heap before', `${before.toFixed(1)} MB`);
  row(`script heap after ${HOUR} messages`, `${after.toFixed(1)} MB`);
  await context.close();

  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, value] of rows) console.log(`${what.padEnd(width)}  ${value}`);
  console.log(`\nChromium ${browser.version()}, ${SLOWER} times slower, ${RUNS} runs each, the middle one`);
} finally {
  await browser.close();
  await server.stop();
}
