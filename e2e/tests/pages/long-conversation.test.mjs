// A long conversation: the page holds a bounded part of it, and what one reads stays where it is (M-4).

import assert from 'node:assert/strict';
import { seed } from '../../harness/seed.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** Fifty steps or so, each with a look at every row: beside another test, far longer than one step may take. */
const WHOLE_WAY = 90_000;

story(
  'scrolling up and down goes through all of it, without jumps and within bounds',
  async (people) => {
    const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
    await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
    await ann.ask('PUT', `/people/${bob.handle}/follow`);
    await seed(bob, ann, 500, (n) => `message ${n} ${'and more '.repeat(n % 7)}`);
    await ann.ask('GET', `/conversations/${bob.handle}`);
    await ann.page.goto(`/messages/${bob.handle}`);
    const region = ann.page.getByRole('region', { name: /^Conversation with / });
    await region.waitFor();
    await ann.page.locator('[data-seq]').first().waitFor();
    const look = () =>
      region.evaluate((box) => {
        const from = box.getBoundingClientRect().top;
        const rows = [...box.querySelectorAll('[data-seq]')];
        const first = rows.find((row) => row.getBoundingClientRect().bottom > from);
        return {
          rows: rows.length,
          first: Number(rows[0]?.dataset.seq),
          last: Number(rows.at(-1)?.dataset.seq),
          seen: Number(first?.dataset.seq),
          top: first?.getBoundingClientRect().top,
        };
      });
    for (const [way, over] of [
      [-1, (it) => it.first === 1],
      [1, (it) => it.last === 500],
    ]) {
      const step = async () => {
        const before = await region.evaluate((box, by) => {
          box.scrollTop += by * 600;
          return box.scrollTop;
        }, way);
        assert.ok(before >= 0);
        const now = await look();
        assert.ok(now.rows <= 300, `${now.rows} rows`);
        return now;
      };
      await until(`the end of the way ${way} is reached`, step, over, WHOLE_WAY);
    }
    // What can be seen does not move while older entries come in above it.
    await region.evaluate((box) => {
      box.scrollTop = 1_500;
    });
    const seen = await look();
    const place = () =>
      region.evaluate((box, seq) => box.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top, seen.seen);
    const was = await place();
    await region.evaluate((box) => {
      box.scrollTop -= 1_200;
    });
    await until('older entries are there', async () => (await look()).first < seen.first);
    assert.ok(Math.abs((await place()) - was - 1_200) < 2, `${was} and ${await place()}`);
  },
  { seconds: 300 },
);
