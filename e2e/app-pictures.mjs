// What systems show of the app before and after it is installed, into `web/public`: icons from `mark.svg`, and two
// pictures of the app among its demo people. `cargo xtask app-pictures`, after the mark or the look has changed. What
// comes out is kept in the repository, so that the app is built without a browser.

import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './harness/browsers.mjs';
import { Server } from './harness/server.mjs';

const PUBLIC = fileURLToPath(new URL('../web/public/', import.meta.url));
const GROUND = '#006a8e';

/**
 * `share` is the part of the side that the mark takes: a maskable icon may be cut to a circle of 80 % (W3C, Web App
 * Manifest, "Icon masks"). A badge has no ground: systems take its shape and give it a colour of their own.
 */
const ICONS = [
  { name: 'icon-192', side: 192, share: 0.78, ground: GROUND, round: 0.22 },
  { name: 'icon-512', side: 512, share: 0.78, ground: GROUND, round: 0.22 },
  { name: 'maskable-512', side: 512, share: 0.6, ground: GROUND, round: 0 },
  { name: 'apple-touch-180', side: 180, share: 0.7, ground: GROUND, round: 0 },
  { name: 'badge-96', side: 96, share: 1, ground: 'transparent', round: 0 },
];

const mark = readFileSync(`${PUBLIC}mark.svg`, 'utf8').replace(/fill="#[0-9a-f]+"/, 'fill="#ffffff"');
for (const folder of ['icons', 'screenshots']) mkdirSync(`${PUBLIC}${folder}`, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  for (const { name, side, share, ground, round } of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    await page.setContent(`<style>
      body { margin: 0 }
      div { display: grid; place-items: center; block-size: 100vh; border-radius: ${round * 100}%; background: ${ground} }
      svg { inline-size: ${share * 100}%; block-size: auto }
    </style><div>${mark}</div>`);
    await page.screenshot({ path: `${PUBLIC}icons/${name}.png`, omitBackground: true });
    await page.close();
  }
  await takeScreenshots();
} finally {
  await browser.close();
}

/** The sizes are in the manifest, too. */
async function takeScreenshots() {
  const server = await Server.start(['--demo']);
  try {
    const shapes = [
      { name: 'narrow', width: 390, height: 844 },
      { name: 'wide', width: 1280, height: 800 },
    ];
    for (const { name, width, height } of shapes) {
      const page = await browser.newPage({ baseURL: server.url, viewport: { width, height } });
      await page.goto('/');
      await page.getByLabel('Handle', { exact: true }).fill('ann');
      await page.getByLabel('Password', { exact: true }).fill('birdcall-demo');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      const next = page.getByRole('button', { name: 'Continue', exact: true });
      const list = page.getByRole('link', { name: /@?cleo/i }).first();
      await next.or(list).first().waitFor();
      if (await next.isVisible()) await next.click();
      await page.getByRole('button', { name: 'Not now', exact: true }).click();
      if (name === 'wide') {
        await list.click();
        await page.getByRole('region', { name: /^Conversation with / }).waitFor();
        await page.getByRole('textbox').blur();
      }
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${PUBLIC}screenshots/${name}.png`, animations: 'disabled', caret: 'hide' });
      await page.close();
    }
  } finally {
    await server.stop();
  }
}
