// Two hundred names and two hundred messages that were made to break the page: in the lists, the conversation, the calls
// and the profile, on a phone and a desktop, from left to right and from right to left. Nothing runs, nothing is wider
// than its place or higher than it may be, and nothing covers the badge.

import assert from 'node:assert/strict';
import { message, say, somebody } from '../../harness/crowd.mjs';
import { BODIES, NAMES } from '../../harness/hostile.mjs';
import { PASSWORD } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** So many people, who change their names between rounds. */
const CROWD = 20;
const ROUNDS = NAMES.length / CROWD;

/** What is broken on the page, in words. `rows` are as high at most as a row may be. */
const broken = (page) =>
  page.evaluate(() => {
    const wrong = [];
    const name = (it) => `${it.tagName.toLowerCase()}.${String(it.className).split(' ')[0]}`;
    const { scrollingElement: root } = document;
    if (root.scrollWidth > window.innerWidth) wrong.push(`the page is ${root.scrollWidth} wide`);
    for (const it of document.querySelectorAll('main *')) {
      const style = getComputedStyle(it);
      const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
      if (scrolls && it.scrollWidth > it.clientWidth + 1) wrong.push(`${name(it)} scrolls sideways`);
      if (!it.checkVisibility() || it.closest('.aside, [aria-hidden=true]')) continue;
      const box = it.getBoundingClientRect();
      if (box.width > 1 && (box.left < -1 || box.right > window.innerWidth + 1)) {
        const hidden = it.parentElement.closest('main *');
        const clips = hidden && ['hidden', 'clip', 'auto'].includes(getComputedStyle(hidden).overflowX);
        if (!clips) wrong.push(`${name(it)} reaches to ${box.left}, ${box.right}`);
      }
    }
    for (const row of document.querySelectorAll('main li')) {
      const { height } = row.getBoundingClientRect();
      if (!row.querySelector('time') || row.closest('[role=log], ol')) continue;
      if (height > 140) wrong.push(`a row is ${height} high: ${row.textContent.slice(0, 20)}`);
    }
    for (const header of document.querySelectorAll('main header')) {
      if (header.getBoundingClientRect().height > 90) wrong.push('a header is higher than one');
    }
    for (const badge of document.querySelectorAll('main [role=img]')) {
      const mine = badge.getBoundingClientRect();
      const text = badge.parentElement.querySelector('bdi')?.getBoundingClientRect();
      if (!text || mine.width === 0) continue;
      if (mine.width < 8) wrong.push('a badge is squeezed');
      if (text.right > mine.left + 1 && text.left < mine.right - 1) wrong.push('a name covers its badge');
      const row = badge.closest('a, li, header, section').getBoundingClientRect();
      if (mine.left < row.left || mine.right > row.right) wrong.push('a badge is outside of its row');
    }
    if ('ran' in window) wrong.push('something ran');
    return wrong;
  });

/** Leads to a page as a link would, and waits until nothing on it is on its way. */
async function show(page, path) {
  await page.getByRole('heading').first().waitFor();
  await page.evaluate((path) => {
    history.pushState({ depth: 1 }, '', path);
    dispatchEvent(new PopStateEvent('popstate', { state: { depth: 1 } }));
  }, path);
  await page.waitForFunction(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve(!document.querySelector('main [role=status] .row'))),
        );
      }),
  );
}

story(
  'two hundred hostile names and messages break nothing',
  async (people) => {
    const ann = await people.device('ann', 'low');
    await ann.enter('Ann');
    const { browser } = ann.voice;
    const crowd = await Promise.all(
      Array.from({ length: CROWD }, async (_, at) => {
        const one = await somebody(browser, people.server, `crowd${at}`);
        if (at % 2 === 0) await people.server.command('user', 'verify', one.handle);
        return one;
      }),
    );
    for (const { handle } of crowd) await ann.ask('PUT', `/people/${handle}/follow`);
    // A call of each writer that nobody answers, before anybody looks.
    await ann.page.goto('/healthz');
    await say(
      ann,
      crowd.map(({ handle }) => message(handle, 'Hello')),
      'sent',
    );
    const writers = crowd.slice(0, ROUNDS);
    await Promise.all(
      writers.map(async (one) => {
        one.page = await one.context.newPage();
        await one.page.goto('/healthz');
        const { call } = await one.ask('POST', '/calls', {
          key: `call-${one.handle}`,
          with: ann.handle,
          kind: 'audio',
        });
        await say(one, [{ type: 'call_cancel', call }], 'call_ended');
      }),
    );

    const views = [];
    for (const locale of ['en', 'ar']) {
      for (const width of [390, 1280]) {
        const view = await people.device('ann', 'low', { locale, viewport: { width, height: 844 } });
        await view.page.evaluate(
          async (body) => {
            await fetch('/api/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
          },
          JSON.stringify({ handle: ann.handle, password: PASSWORD }),
        );
        views.push({ view, what: `${locale} ${width}` });
      }
    }

    let shown = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const names = NAMES.slice(round * CROWD, (round + 1) * CROWD);
      const taken = await Promise.all(
        crowd.map((one, at) =>
          one.ask('PATCH', '/me', { name: names[at], bio: names[at] }).then(
            () => 1,
            () => 0,
          ),
        ),
      );
      shown += taken.reduce((sum, one) => sum + one, 0);
      const writer = writers[round];
      const bodies = BODIES.slice(round * CROWD, (round + 1) * CROWD);
      await say(
        writer,
        bodies.map((text) => message(ann.handle, text)),
        'sent',
      );
      const shownNow = crowd[(round * 7) % CROWD].handle;
      // Half of the views see each name: once narrow and once wide, once in each direction.
      const looking = views.filter((_, at) => (at === 0 || at === 3) === (round % 2 === 0));
      await Promise.all(
        looking.map(async ({ view: { page }, what }) => {
          await page.goto('/messages');
          for (const path of ['/messages', `/messages/${writer.handle}`, '/calls', `/people/${shownNow}`, '/people']) {
            await show(page, path);
            assert.deepEqual(await broken(page), [], `${what}, ${path}, round ${round}`);
          }
        }),
      );
    }
    // Most can be had; what has nothing left when it is cleaned is refused.
    assert.ok(shown > NAMES.length * 0.8, `${shown} names were taken`);
    await Promise.all(crowd.map(({ context }) => context.close()));
    await until('nothing ran', () => views.every(({ view }) => view.complaints.length === 0));
  },
  { seconds: 300 },
);
