// A network with the real program and two real browsers in it, watched on every link.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, FIREFOX, HIGH, LOW, openChromium, openFirefox } from '../browsers.mjs';
import { Person } from '../people.mjs';
import { Server } from '../server.mjs';
import { Capture } from './capture.mjs';
import { Authority } from './certificate.mjs';
import { lookBack } from './look-back.mjs';
import { Network, PLACES } from './namespaces.mjs';
import { Overheard } from './overheard.mjs';
import { reachEachOther } from './reach.mjs';

/**
 * Browsers call their maker about updates and the like. It is none of this, so those names lead nowhere, unasked. What
 * is not named here would be found in the captures.
 */
const MAKERS = {
  chromium: ['*.google.com', '*.googleapis.com', '*.gvt1.com', '*.gstatic.com'],
  firefox: ['firefox.settings.services.mozilla.com', 'content-signature-2.cdn.mozilla.net', 'aus5.mozilla.org'],
};

/**
 * How long a test may take, in milliseconds, and how long before that it is looked at why it is not done: the runner would
 * end it without a word.
 */
const LONGEST = 120_000;
const LOOK_BEFORE = 15_000;

const DEMO_PASSWORD = 'birdcall-demo';

/** The people of the program's `--demo`, who follow each other and have written to each other. */
const VOICES = { ann: LOW, bob: HIGH };

/** Everything of one test file. */
export class Town {
  /** @type {Record<string, Capture>} */
  captures = {};
  /** @type {Record<string, import('../browsers.mjs').Voice>} */
  voices = {};
  /** @type {Person[]} */
  people = [];

  /**
   * @param {object} choice
   * @param {Record<string, 'chromium' | 'firefox'>} choice.voices
   * @param {string[]} choice.options of the program
   * @param {string} choice.program another build of it
   * @param {Record<string, string>} choice.env further variables for it
   * @param {boolean} choice.watched all that passes is kept
   * @param {(network: Network) => Promise<void>} choice.prepare what is done to the network before anybody uses it
   */
  static async build({ voices = { ann: 'chromium', bob: 'chromium' }, options = [], ...more } = {}) {
    const town = new Town();
    try {
      await town.#build(voices, options, more);
    } catch (error) {
      await town.remove().catch(() => {});
      throw error;
    }
    return town;
  }

  async #build(voices, options, { watched = true, prepare = async () => {}, ...build }) {
    this.authority = new Authority(Object.values(PLACES.server));
    this.network = Network.build({ NODE_EXTRA_CA_CERTS: this.authority.file });
    this.hosts = this.network.hosts;
    await prepare(this.network);
    if (watched) await this.#watch();
    await Promise.all([
      this.#serve(options, build),
      ...Object.entries(voices).map(([name, kind]) => this.#open(name, kind)),
    ]);
  }

  async #watch() {
    const { ann, bob, outsider } = this.hosts;
    await Promise.all(
      [ann, bob, outsider].map(async (host) => {
        this.captures[host.name] = await Capture.start(host);
      }),
    );
    await reachEachOther(this);
  }

  async #serve(options, build) {
    const { authority, hosts } = this;
    const tls = ['--tls-cert', authority.cert, '--tls-key', authority.key];
    const given = ['--demo', ...tls, '--relay-listen', '[::]:0', '--metrics-listen', '127.0.0.1:0', ...options];
    this.server = await Server.start(given, { prefix: hosts.server.prefix, listen: '[::]:0', ...build });
    hosts.server.closing.push(() => this.server.stop());
    this.port = Number(new URL(this.server.url).port);
    const [, url] = /metrics (http:\S+)/.exec(this.server.log);
    this.figures = await hosts.server.inside.make(new URL('./figures.mjs', import.meta.url), 'Figures', url);
  }

  async #open(name, kind) {
    const host = this.hosts[name];
    const voice = kind === 'firefox' ? await this.#firefox(name) : await this.#chromium(name);
    host.closing.push(() => voice.close());
    this.voices[name] = voice;
  }

  #chromium(name) {
    const rules = MAKERS.chromium.map((host) => `MAP ${host} ~NOTFOUND`);
    return openChromium(VOICES[name], [`--host-resolver-rules=${rules.join(', ')}`], {
      executablePath: this.#launcher(name, [...this.hosts[name].prefix, CHROMIUM]),
      env: { ...process.env, HOME: this.authority.home() },
    });
  }

  #firefox(name) {
    const script = fileURLToPath(new URL('./firefox-there.mjs', import.meta.url));
    const words = [process.execPath, script, this.authority.file, ...this.hosts[name].prefix, '--', FIREFOX];
    return openFirefox(VOICES[name], {
      executablePath: this.#launcher(name, words),
      prefs: { 'network.dns.localDomains': MAKERS.firefox.join(',') },
    });
  }

  /** A program for the driver to start, that starts a browser on a host. */
  #launcher(name, words) {
    const file = join(this.authority.folder, `browser-of-${name}`);
    writeFileSync(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
    return file;
  }

  /** The page's address, as a browser on another host writes it. */
  origin(family = 'v4') {
    const { v4, v6 } = this.hosts.server;
    return `https://${family === 'v4' ? v4 : `[${v6}]`}:${this.port}`;
  }

  /**
   * Somebody at the browser on a host, signed in, with everything noted that the page is told.
   * @param {'ann' | 'bob'} name of the host
   * @param {'v4' | 'v6'} family of the page's address
   * @param {string} handle if somebody else of the demo sits there
   */
  async person(name, family = 'v4', handle = name) {
    const person = new Person({ url: this.origin(family) }, this.voices[name], handle);
    this.people.push(person);
    await person.arrive();
    person.overheard = new Overheard(person);
    await person.ask('POST', '/sessions', { handle, password: DEMO_PASSWORD });
    const { calling } = await person.ask('GET', '/me');
    await person.ask('PUT', '/me/calling', { ...calling, enhanced_privacy: false });
    return person;
  }

  /** Places in all captures: what is after them has not happened yet. */
  async mark() {
    const names = Object.keys(this.captures);
    const places = await Promise.all(names.map((name) => this.captures[name].mark()));
    return Object.fromEntries(names.map((name, at) => [name, places[at]]));
  }

  /** What passed at each host between two marks. */
  passed(from, to) {
    return Object.fromEntries(
      Object.entries(this.captures).map(([name, capture]) => [name, capture.between(from[name], to[name])]),
    );
  }

  /** Everybody leaves. */
  async leave() {
    await Promise.all(this.people.splice(0).map((person) => person.leave()));
  }

  async remove() {
    await this.leave().catch(() => {});
    await this.network?.remove();
    this.authority?.remove();
  }
}

/**
 * Builds a town before the tests of a file and removes it after, also when they fail.
 * @returns {(name: string, tell: (town: Town) => Promise<void>) => void} one test
 */
export function town(choice = {}) {
  let built;
  before(async () => {
    built = await Town.build(choice);
  });
  after(() => built?.remove());
  return (name, tell) =>
    test(name, { timeout: LONGEST }, async () => {
      try {
        await inTime(tell(built));
      } catch (error) {
        await lookBack(name, built);
        // A call that goes on would be in the way of the next test.
        await Promise.all(
          built.people.map((person) =>
            person
              .button('End call')
              .click({ timeout: 1_000 })
              .catch(() => {}),
          ),
        );
        throw error;
      } finally {
        await built.leave();
      }
    });
}

/** Fails before the runner ends it, so that there is something to look at. */
function inTime(telling) {
  let timer;
  const late = new Promise((_, reject) => {
    const words = `not done after ${(LONGEST - LOOK_BEFORE) / 1_000} s, and nothing in it has failed`;
    timer = setTimeout(() => reject(new Error(words)), LONGEST - LOOK_BEFORE);
  });
  return Promise.race([telling, late]).finally(() => clearTimeout(timer));
}
