// What axe finds wrong with a page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Nothing serious and nothing critical is wrong with what a person has on the screen. */
export async function accessible(person, where) {
  const { page } = person;
  // Evaluated, not added as a script: the page's content security policy stays in force.
  await page.evaluate(`${source}; undefined`);
  const violations = await page.evaluate(async () => {
    // What is still fading in has less contrast than it will have.
    const finite = document.getAnimations().filter((it) => Number.isFinite(it.effect.getComputedTiming().endTime));
    await Promise.allSettled(finite.map((it) => it.finished));
    const result = await window.axe.run(document, { resultTypes: ['violations'] });
    return result.violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      at: nodes.map((node) => node.target.join(' ')),
    }));
  });
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave, [], where);
}
