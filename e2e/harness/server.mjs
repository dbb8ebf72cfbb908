// The real program, on a free port, with a folder of its own.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = process.env.BIRDCALL_PROGRAM ?? fileURLToPath(new URL('../../target/debug/birdcall', import.meta.url));

/** How long it may take from start to its first line. */
const START_TIMEOUT = 30_000;

/** A server that is up. */
export class Server {
  #data;
  #child;
  #log = [];
  #command;
  #options;
  #relay = '127.0.0.1:0';

  /** Where it listens, for example `http://127.0.0.1:40123`. */
  url = '';

  /**
   * Starts one with an empty database.
   * @param {string[]} options further options of `birdcall serve`
   * @param {object} place
   * @param {string[]} place.prefix the command that leads to where it shall run
   * @param {string} place.program another build of it
   * @param {string} place.listen
   * @param {Record<string, string>} place.env further variables
   */
  static async start(options = [], { prefix = [], program = PROGRAM, listen = '127.0.0.1:0', env = {} } = {}) {
    const server = new Server();
    server.#data = mkdtempSync(join(tmpdir(), 'birdcall-data-'));
    server.#command = { command: [...prefix, program], env };
    server.#options = options;
    await server.#run(listen);
    return server;
  }

  /** `kill -9`: no time to say good-bye. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Starts it again where it was, with what it remembers. */
  async again() {
    await this.#run(new URL(this.url).host);
  }

  /** Tells it to go down, and waits until it has ended; with what code. */
  async drain() {
    await this.#end('SIGTERM');
    return this.#child.exitCode;
  }

  /** Ends it and forgets everything. */
  async stop() {
    await this.#end('SIGTERM');
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** Another command of the program, on the same data, as the operator has it. Hands back what it prints. */
  async command(...words) {
    const [program, ...before] = this.#command.command;
    const { stdout } = await promisify(execFile)(program, [...before, ...words], {
      env: { ...process.env, BIRDCALL_DATA: this.#data },
    });
    return stdout;
  }

  /** What it wrote so far. */
  get log() {
    return this.#log.join('');
  }

  async #run(listen) {
    const { command, env } = this.#command;
    const [program, ...before] = command;
    const relay = this.#options.includes('--relay-listen') ? [] : ['--relay-listen', this.#relay];
    const options = [...before, 'serve', '--data', this.#data, '--listen', listen, ...relay, ...this.#options];
    const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child = child;
    child.stderr.on('data', (text) => this.#log.push(String(text)));
    this.url = await new Promise((resolve, reject) => {
      let seen = '';
      const timer = setTimeout(() => fail('was not up in time'), START_TIMEOUT);
      const fail = (how) => {
        clearTimeout(timer);
        child.kill('SIGKILL');
        reject(new Error(`the server ${how}\n${this.log}`));
      };
      child.once('error', (error) => fail(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => fail(`ended by itself (${code ?? signal})`));
      child.stdout.on('data', (text) => {
        this.#log.push(String(text));
        seen += text;
        const line = /listening (https?:\S+)/.exec(seen);
        if (line) {
          clearTimeout(timer);
          // Started again it is where it was.
          this.#relay = /^relay (\S+)/m.exec(seen)?.[1] ?? this.#relay;
          resolve(line[1]);
        }
      });
    });
  }

  async #end(signal) {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await gone;
    }
  }
}
