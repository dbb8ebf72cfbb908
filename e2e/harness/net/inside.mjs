// A Node.js process in a namespace, and objects that live there and are called from here.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./there.mjs', import.meta.url));

/** The process, started at the first use. */
export class Inside {
  #prefix;
  #env;
  #child;
  #waiting = new Map();
  #number = 0;

  /**
   * @param {string[]} prefix the command that leads into the namespace
   * @param {Record<string, string>} env further variables
   */
  constructor(prefix, env) {
    this.#prefix = prefix;
    this.#env = env;
  }

  /**
   * Makes an object of an exported class there. Its methods can be called here; each answers with a promise.
   * @param {URL} file
   * @param {string} name
   * @param {...unknown} values for its constructor; whatever JSON takes, here and in all calls
   */
  async make(file, name, ...values) {
    const object = await this.#ask({ make: [file.href, name, values] });
    return new Proxy(
      {},
      {
        // A proxy that is handed back by an async function is asked whether it is a promise.
        get: (_, method) =>
          method === 'then' ? undefined : (...given) => this.#ask({ call: [object, method, given] }),
      },
    );
  }

  /** Ends it. */
  async close() {
    if (!this.#child || this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  #ask(what) {
    if (!this.#child) this.#start();
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#child.send({ number, ...what });
    });
  }

  #start() {
    const [program, ...options] = [
      ...this.#prefix,
      process.execPath,
      '--experimental-websocket',
      '--no-warnings',
      SCRIPT,
    ];
    const env = { ...process.env, ...this.#env };
    // What the test runner says to its own children is not for this one.
    delete env.NODE_TEST_CONTEXT;
    this.#child = spawn(program, options, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
    this.#child.on('message', ({ number, value, error }) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) waiting.resolve(value);
      else waiting.reject(new Error(error));
    });
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the process inside ended (${code ?? signal})`));
      this.#waiting.clear();
    });
  }
}
