// Everything that passes an interface, from tcpdump.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { until } from '../until.mjs';
import { DISCARD, LARGEST } from './namespaces.mjs';
import { decode } from './packet.mjs';
import { PcapReader } from './pcap.mjs';

const MARK = 'birdcall-mark-';
/** Bytes of the headers before what was handed over. */
const HEADERS = 128;
/** MiB for packets that nobody has read yet. Raising it costs memory while it runs. */
const BUFFER = 16;

/** A capture at one host. */
export class Capture {
  /** @type {import('./packet.mjs').Packet[]} */
  packets = [];
  #host;
  #child;
  #errors = '';
  #marker;

  /** @param {import('./namespaces.mjs').Host} host */
  static async start(host) {
    const capture = new Capture();
    capture.#host = host;
    await capture.#start();
    host.closing.push(() => capture.stop());
    return capture;
  }

  async #start() {
    const tcpdump = [
      'tcpdump',
      '-i',
      'eth0',
      '-n',
      '-s',
      String(LARGEST + HEADERS),
      '-U',
      '--immediate-mode',
      '-Z',
      'root',
    ];
    const [program, ...options] = [...this.#host.prefix, ...tcpdump, '-B', String(BUFFER * 1024), '-w', '-'];
    this.#child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const reader = new PcapReader();
    this.#child.stdout.on('data', (piece) => {
      for (const captured of reader.push(piece)) this.packets.push(decode(captured));
    });
    this.#child.stderr.on('data', (text) => {
      this.#errors += text;
    });
    await until(
      'tcpdump listens',
      () => (this.#child.exitCode === null ? this.#errors : `ended: ${this.#errors}`),
      (said) => {
        if (said.startsWith('ended')) throw new Error(`tcpdump at ${this.#host.name} ${said}`);
        return said.includes('listening on');
      },
    );
    this.#marker = await this.#host.inside.make(new URL('./datagrams.mjs', import.meta.url), 'Datagrams');
    await this.#marker.bind('::');
  }

  /**
   * A place in the capture: everything that passed before this call stands before it, and all later things after it.
   * A datagram of our own, sent to the router and seen in the capture, says that it is so.
   */
  async mark() {
    const text = MARK + randomBytes(8).toString('hex');
    await this.#marker.send(text, DISCARD, this.#host.router.v6);
    const bytes = Buffer.from(text);
    let seen = 0;
    return until(
      `the mark at ${this.#host.name}`,
      () => {
        for (; seen < this.packets.length; seen += 1) {
          if (this.packets[seen].payload.equals(bytes)) return seen + 1;
        }
        return 0;
      },
      (place) => place > 0,
    );
  }

  /** Packets from one place to another, without the marks and what the router answers to them. */
  between(from, to = this.packets.length) {
    return this.packets.slice(from, to).filter((packet) => !isMark(packet));
  }

  /** Ends it. A capture that lost packets proves nothing, and fails. */
  async stop() {
    if (this.#child.exitCode !== null) throw new Error(`tcpdump at ${this.#host.name} ended: ${this.#errors}`);
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await gone;
    const [, lost] = /(\d+) packets dropped by kernel/.exec(this.#errors) ?? [];
    if (lost !== '0') throw new Error(`the capture at ${this.#host.name} lost packets: ${this.#errors}`);
  }
}

function isMark({ payload }) {
  return payload.includes(MARK);
}
