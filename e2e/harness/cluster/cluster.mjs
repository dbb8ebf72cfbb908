// Several nodes on one PostgreSQL, with NATS between them and a balancer before them, as docs/running.md says. Each node is
// a process with a relay and a data folder of its own.

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '../server.mjs';
import { until } from '../until.mjs';
import { Balancer } from './balancer.mjs';
import { Nats } from './nats.mjs';
import { Postgres } from './postgres.mjs';

/** Nodes, and for each a way in that leads to it as long as it is ready, else to another. */
export class Cluster {
  #stops = [];

  /** @type {Server[]} */
  nodes = [];
  /** Where the relay of each is, as browsers are told. */
  relays = [];
  /** Ways in: the first leads to the first node, while that is ready. */
  doors = [];

  /** What all of them wrote so far. */
  get log() {
    return this.nodes.map(({ log }, n) => `node ${n + 1}\n${log}`).join('\n');
  }

  /** @param {number} count how many nodes */
  static async start(count) {
    const cluster = new Cluster();
    try {
      await cluster.#build(count);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #build(count) {
    const [postgres, nats] = await Promise.all([this.#keep(Postgres.start()), this.#keep(Nats.start())]);
    const folder = mkdtempSync(join(tmpdir(), 'birdcall-key-'));
    this.#stops.push(() => rmSync(folder, { recursive: true, force: true }));
    for (let n = 0; n < count; n += 1) {
      const relay = `127.0.0.1:${await freePort()}`;
      const options = ['--cluster', '--node', `node-${n + 1}`, '--database', postgres.url, '--nats', nats.url];
      const urls = `turn:${relay}?transport=udp`;
      options.push('--key-file', join(folder, 'node.key'), '--relay-listen', relay, '--relay-urls', urls);
      this.nodes.push(await this.#keep(Server.start(options)));
      this.relays.push(urls);
    }
    const urls = this.nodes.map(({ url }) => url);
    for (let n = 0; n < count; n += 1) {
      const nearest = [...urls.slice(n), ...urls.slice(0, n)];
      this.doors.push(await this.#keep(Balancer.before(nearest)));
    }
  }

  /** Starts a node that has ended, where it was, and waits until its door leads to it. */
  async again(n) {
    const node = this.nodes[n];
    await node.again();
    await until('the node is ready', () => this.doors[n].leadsTo === node.url);
  }

  /** What was started is stopped with the rest, also when something after it does not start. */
  async #keep(starting) {
    const started = await starting;
    this.#stops.push(() => started.stop());
    return started;
  }

  /** Ends all of it, the last that was started first. */
  async stop() {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}

/** Ports from which no program here is given one by chance, so that a free one is free a moment later as well. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/** A port that nobody has, for UDP and TCP: browsers have to be told where a relay is before it says so. */
async function freePort() {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    const udp = createSocket('udp4');
    const tcp = createServer();
    const free = await Promise.all([
      bound(udp, () => udp.bind(port, '127.0.0.1')),
      bound(tcp, () => tcp.listen(port, '127.0.0.1')),
    ]);
    for (const [at, socket] of [udp, tcp].entries()) {
      if (free[at]) await new Promise((resolve) => socket.close(resolve));
    }
    if (free.every(Boolean)) return port;
  }
}

function bound(socket, bind) {
  return new Promise((resolve) => {
    socket.once('listening', () => resolve(true));
    socket.once('error', () => resolve(false));
    bind();
  });
}
