// What is kept of a failed test for people to look at.

import { mkdirSync, writeFileSync } from 'node:fs';
import { OUT } from '../world.mjs';
import { writePcap } from './pcap.mjs';

/**
 * Saves the captures, the pages, what they were told, and the server's log.
 * @param {string} name
 * @param {import('./town.mjs').Town} town
 */
export async function lookBack(name, town) {
  const folder = `${OUT}failed/${name.replaceAll(/\W+/g, '-')}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/server.log`, town.server.log);
  for (const [host, { packets }] of Object.entries(town.captures)) {
    writeFileSync(`${folder}/${host}.pcap`, writePcap(packets));
  }
  for (const { handle, frames, complaints, page } of town.people) {
    writeFileSync(`${folder}/${handle}.json`, JSON.stringify({ frames, complaints }, null, 1));
    await page?.screenshot({ path: `${folder}/${handle}.png` }).catch(() => {});
  }
  console.error(`captures, pictures and records: ${folder}`);
}
