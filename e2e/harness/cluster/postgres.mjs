// A PostgreSQL server of one test file's own: made in a temporary folder, reached over a socket in it, gone with the
// process that started it, also when that is killed.

import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../until.mjs';

/** Where Debian puts one folder a version. */
const DEBIAN = '/usr/lib/postgresql';

/** Who owns databases. */
const USER = 'birdcall';

/** PostgreSQL's own. It is the name of a socket in a folder of ours, so nobody else has it. */
const PORT = 5_432;

/** `nobody` and `nogroup`, the same on every Linux. */
const NOBODY = 65_534;

/** How long it may take to come up on a machine that does much else. */
const PATIENCE = 60_000;

/** Runs the server until what is written to this shell ends, which is when its starter ends, however that comes. */
const WATCH = `
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off 2>>"$2/log" & pid=$!
while read -r line; do :; done
kill -INT $pid; wait $pid
rm -rf "$2"
`;

/** A server that takes connections. */
export class Postgres {
  #folder;
  #shell;

  /** The URL of its one database. */
  url = '';

  static async start() {
    const postgres = new Postgres();
    const folder = mkdtempSync(join(tmpdir(), 'pg'));
    postgres.#folder = folder;
    // It refuses to run as root.
    const root = process.getuid() === 0;
    if (root) chownSync(folder, NOBODY, NOBODY);
    chmodSync(folder, 0o755);
    const as = {
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
    };
    const run = (name, ...words) => promisify(execFile)(program(name), words, as);
    const data = join(folder, 'data');
    try {
      await run('initdb', '-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--no-sync', '--no-instructions');
      const shell = spawn(
        'sh',
        ['-c', WATCH, 'sh', program('postgres'), folder],
        // Nothing waits for the disk: a test that ends no machine notices no difference.
        { ...as, stdio: ['pipe', 'ignore', 'ignore'], detached: true },
      );
      postgres.#shell = shell;
      const ready = () =>
        run('pg_isready', '-q', '-h', folder, '-p', String(PORT)).then(
          () => true,
          () => false,
        );
      await until('PostgreSQL takes connections', ready, Boolean, PATIENCE);
      await run('createdb', '-h', folder, '-p', String(PORT), '-U', USER, USER);
    } catch (error) {
      const log = tail(join(folder, 'log'));
      await postgres.stop();
      throw new Error(`PostgreSQL: ${error.message}\n${log}`);
    }
    postgres.url = `postgres:///${USER}?host=${folder}&port=${PORT}&user=${USER}`;
    return postgres;
  }

  /** Ends it and forgets everything. */
  async stop() {
    const shell = this.#shell;
    if (shell && shell.exitCode === null) {
      const gone = new Promise((resolve) => shell.once('exit', resolve));
      shell.stdin.end();
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A program of the newest PostgreSQL. */
function program(name) {
  const versions = readdirSync(DEBIAN).sort((one, other) => Number(one) - Number(other));
  return join(DEBIAN, versions.at(-1), 'bin', name);
}

function tail(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
