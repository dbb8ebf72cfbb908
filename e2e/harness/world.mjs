// What a test file needs around its people: one server, two voices, and a look back when something goes wrong.

import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HIGH, LOW, openChromium } from './browsers.mjs';
import { Person } from './people.mjs';
import { Server } from './server.mjs';

/** Where pictures and records go. Not kept in the repository. */
export const OUT = fileURLToPath(new URL('../out/', import.meta.url));

/**
 * Starts a server and voices before the tests of a file and ends them after. The second voice may be another browser.
 * @param {object} choice
 * @param {(hertz: number) => Promise<import("./browsers.mjs").Voice>} choice.open
 * @param {string[]} choice.options of `birdcall serve`
 * @param {() => Promise<{ log: string, stop: () => Promise<void> }>} choice.serve starts something else than one server
 * @param {(server: object, voice: 'low' | 'high') => { url: string }} choice.door where whose voice goes to it
 */
export function world({
  open = openChromium,
  options = [],
  serve = () => Server.start(options),
  door = (server) => server,
} = {}) {
  const made = { server: undefined, low: undefined, high: undefined, people: [], names: 0 };

  before(async () => {
    [made.server, made.low, made.high] = await Promise.all([serve(), openChromium(LOW), open(HIGH)]);
  });
  after(async () => {
    await made.low?.close();
    await made.high?.close();
    await made.server?.stop();
  });

  /** A device of somebody, at the first page. The same name again is another device of the same person. */
  const device = async (handle, voice, browsing) => {
    const person = await new Person(door(made.server, voice), made[voice], handle).arrive(browsing);
    made.people.push(person);
    return person;
  };

  /** One test, with people whose handles nobody had before. A long one says how long it may take. */
  const story = (name, tell, { seconds = 120 } = {}) =>
    test(name, { timeout: seconds * 1000 }, async () => {
      made.names += 1;
      const people = {
        server: made.server,
        /** The caller's voice is low. */
        ann: () => device(`ann${made.names}`, 'low'),
        /** The callee's voice is high. */
        bob: () => device(`bob${made.names}`, 'high'),
        /** Somebody who was there before the test. */
        named: (handle, voice) => device(handle, voice),
        /** Somebody else, or a device with options of its own. */
        device: (handle, voice, browsing) => device(`${handle}${made.names}`, voice, browsing),
      };
      try {
        await tell(people);
        for (const person of made.people) {
          if (person.complaints.length > 0) throw new Error(`@${person.handle}: ${person.complaints.join('\n')}`);
        }
      } catch (error) {
        await lookBack(name, made);
        throw error;
      } finally {
        await Promise.all(made.people.splice(0).map((person) => person.leave()));
      }
    });

  return story;
}

/** Saves what each page looked like and what it was told. */
async function lookBack(name, made) {
  const folder = `${OUT}failed/${name.replaceAll(/\W+/g, '-')}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/server.log`, made.server?.log ?? '');
  for (const [index, person] of made.people.entries()) {
    const file = `${folder}/${index}-${person.handle}`;
    writeFileSync(`${file}.json`, JSON.stringify({ frames: person.frames, complaints: person.complaints }, null, 1));
    await person.page.screenshot({ path: `${file}.png` }).catch(() => {});
  }
  console.error(`pictures and records: ${folder}`);
}
