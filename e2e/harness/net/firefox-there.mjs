// A Firefox on a host, driven from here: what it listens on is in its namespace, so a bridge leads there. Run as a
// program by the driver, in the place of Firefox itself.
//
//   node firefox-there.mjs AUTHORITY PREFIX… -- FIREFOX ARGUMENTS…
//   node firefox-there.mjs --bridge SOCKET PORT

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { trust } from './certificate.mjs';

const LISTENING = /WebDriver BiDi listening on ws:\/\/127\.0\.0\.1:(\d+)/;

/** Passes connections on, both ways, until one end closes. */
function passOn(from, to) {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ]) {
    one.pipe(other);
    one.on('error', () => other.destroy());
  }
}

/** There: from a socket file, which every namespace sees, to a port. */
function bridge(socket, port) {
  createServer((from) => passOn(from, connect(port, '127.0.0.1'))).listen(socket, () => console.log('ready'));
}

/** Here: Firefox, and the same port as there, because it looks at the port that it is called by. */
function launch(authority, words) {
  trust(words[words.indexOf('--profile') + 1], authority);
  const at = words.indexOf('--');
  const [program, ...prefix] = words.slice(0, at);
  const folder = mkdtempSync(join(tmpdir(), 'birdcall-bridge-'));
  const socket = join(folder, 'bidi');
  const children = [spawn(program, [...prefix, ...words.slice(at + 1)], { stdio: ['ignore', 'inherit', 'pipe'] })];
  const [firefox] = children;
  createInterface({ input: firefox.stderr }).on('line', (line) => {
    const [, port] = LISTENING.exec(line) ?? [];
    if (!port) return console.error(line);
    const script = fileURLToPath(import.meta.url);
    const there = spawn(program, [...prefix, process.execPath, script, '--bridge', socket, port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(there);
    there.stdout.once('data', () => {
      createServer((from) => passOn(from, connect(socket))).listen(Number(port), '127.0.0.1', () =>
        console.error(line),
      );
    });
  });
  firefox.on('exit', (code) => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
    process.exit(code ?? 1);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => firefox.kill());
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--bridge') bridge(rest[0], Number(rest[1]));
else launch(first, rest);
