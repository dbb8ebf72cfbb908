// What stands before several nodes (docs/running.md): one address for browsers, behind it any node that `/readyz` says yes
// of. It passes bytes on, so sockets and pages are alike to it, and keeps nobody at a node.

import { connect, createServer } from 'node:net';

/** How often the nodes are asked. */
const ASK_EVERY = 100;

/** One address; browsers that come in there go to the first of its nodes that is ready. */
export class Balancer {
  #server;
  #lines = new Set();
  #timer;
  /** Nodes by their URL, best first, and whether they are ready. */
  #ready = new Map();

  /** Where browsers go. */
  url = '';

  /** @param {string[]} nodes URLs, the preferred one first */
  static async before(nodes) {
    const balancer = new Balancer();
    for (const node of nodes) balancer.#ready.set(node, false);
    await balancer.#ask();
    balancer.#timer = setInterval(() => void balancer.#ask(), ASK_EVERY);
    balancer.#server = createServer((line) => balancer.#pass(line));
    await new Promise((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    balancer.url = `http://127.0.0.1:${balancer.#server.address().port}`;
    return balancer;
  }

  /** The node that whoever comes in now is led to. */
  get leadsTo() {
    return [...this.#ready].find(([, ready]) => ready)?.[0];
  }

  /** Closes it, with all that goes through it. */
  async stop() {
    clearInterval(this.#timer);
    for (const line of this.#lines) line.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #ask() {
    const asked = [...this.#ready.keys()].map(async (node) => {
      const answer = await fetch(`${node}/readyz`, { headers: { connection: 'close' } }).catch(() => null);
      await answer?.arrayBuffer();
      this.#ready.set(node, answer?.ok === true);
    });
    await Promise.all(asked);
  }

  #pass(line) {
    const node = this.leadsTo;
    if (!node) {
      line.destroy();
      return;
    }
    const { hostname, port } = new URL(node);
    const there = connect({ host: hostname, port: Number(port) });
    for (const [from, to] of [
      [line, there],
      [there, line],
    ]) {
      this.#lines.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#lines.delete(from);
        to.destroy();
      });
    }
  }
}
