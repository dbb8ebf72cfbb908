// Debian's `nats-server` on a free port.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.mjs';

/** A NATS server that takes connections. */
export class Nats {
  #folder;
  #child;

  /** For example `nats://127.0.0.1:40123`. */
  url = '';

  static async start() {
    const nats = new Nats();
    const folder = mkdtempSync(join(tmpdir(), 'nats-'));
    nats.#folder = folder;
    // It ends with whoever started it, however that ends.
    const words = ['--pdeathsig', 'KILL', 'nats-server', '-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder];
    const child = spawn('setpriv', words, { stdio: 'ignore' });
    nats.#child = child;
    // `setpriv` becomes the server, so its number is the server's.
    const file = join(folder, `nats-server_${child.pid}.ports`);
    try {
      [nats.url] = await until('NATS says where it is', () => portsIn(file));
    } catch (error) {
      await nats.stop();
      throw error;
    }
    return nats;
  }

  /** Ends it. */
  async stop() {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Null while it is not written, or not whole. */
function portsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).nats;
  } catch {
    return null;
  }
}
