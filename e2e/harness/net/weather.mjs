// A host whose link to the router loses, delays and queues packets, as `tc netem` would make it. Many kernels have no
// netem, so the weather is a program (bench/src/weather.rs): its link takes the place of the host's own.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { run } from './namespaces.mjs';

const PROGRAM =
  process.env.BIRDCALL_BENCH ?? fileURLToPath(new URL('../../../target/debug/birdcall-bench', import.meta.url));

/** The weather of one link, the same in both directions. */
export class Weather {
  #child;
  #lines;

  /**
   * Takes the place of a host's link, before anything runs there. It is a clear day.
   * @param {import('./namespaces.mjs').Network} network
   * @param {import('./namespaces.mjs').Host} host
   * @param {number} seed decides which packets get lost
   */
  static async over(network, host, seed) {
    const weather = new Weather();
    await weather.#take(network, host, seed);
    return weather;
  }

  async #take(network, host, seed) {
    const [near, far] = [`near-${host.name}`, `to-${host.name}`];
    run(['ip', '-n', host.namespace, 'link', 'delete', 'eth0']);
    const words = ['netns', 'exec', network.routerNamespace, PROGRAM, 'weather', near, far, '--seed', String(seed)];
    this.#child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    host.closing.push(() => this.#child.stdin.end());
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    await this.#ready();
    run(['ip', '-n', network.routerNamespace, 'link', 'set', near, 'netns', host.namespace, 'name', 'eth0']);
    host.run('sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra');
    host.run('ip', 'link', 'set', 'eth0', 'up');
    for (const family of ['v4', 'v6']) host.with(family);
    network.welcome(host);
  }

  /**
   * From now on, for what is sent from now on.
   * @param {object} weather of a clear day, but for what is given
   * @param {number} weather.loss percent of packets
   * @param {number} weather.delay milliseconds, one way
   * @param {number | null} weather.rate bits of a second; `null` for as many as come
   */
  async set({ loss = 0, delay = 0, rate = null } = {}) {
    this.#child.stdin.write(`loss ${loss} delay ${delay}${rate === null ? '' : ` rate ${rate}`}\n`);
    await this.#ready();
  }

  async #ready() {
    const { value } = await this.#lines.next();
    if (value !== 'ready') throw new Error('the program that makes the weather ended');
  }
}
