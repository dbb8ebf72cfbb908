// The pictures of the installed app from `web/public/mark.svg`, into `web/public/icons`: `node icons.mjs`, after the mark
// has changed. What comes out is kept in the repository, so that the app is built without a browser.

import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './harness/browsers.mjs';

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
mkdirSync(`${PUBLIC}icons`, { recursive: true });
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
} finally {
  await browser.close();
}
