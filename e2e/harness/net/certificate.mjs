// A certificate authority of this run, and a store in which a Chromium trusts it.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './namespaces.mjs';

/** Makes an authority, and a certificate of its own for a server. */
export class Authority {
  /** @param {string[]} addresses of the server */
  constructor(addresses) {
    this.folder = mkdtempSync(join(tmpdir(), 'birdcall-authority-'));
    this.file = join(this.folder, 'authority.pem');
    this.cert = join(this.folder, 'server.pem');
    this.key = join(this.folder, 'server.key');
    const authorityKey = join(this.folder, 'authority.key');
    const fresh = [
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    run([
      ...fresh,
      ...['-subj', '/CN=Authority of a test', '-keyout', authorityKey, '-out', this.file],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
    ]);
    run([
      ...fresh,
      ...['-subj', '/CN=Server of a test', '-keyout', this.key, '-out', this.cert],
      ...['-CA', this.file, '-CAkey', authorityKey],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
      ...['-addext', `subjectAltName=${addresses.map((address) => `IP:${address}`).join(',')}`],
    ]);
  }

  /** A home folder whose Chromium trusts this authority, for pages and for TURN over TLS alike. */
  home() {
    const home = mkdtempSync(join(this.folder, 'home-'));
    const store = join(home, '.pki/nssdb');
    mkdirSync(store, { recursive: true });
    trust(store, this.file);
    return home;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Makes a certificate store (NSS) that trusts an authority, in a folder without one. */
export function trust(folder, authority) {
  run(['certutil', '-N', '-d', `sql:${folder}`, '--empty-password']);
  run(['certutil', '-A', '-d', `sql:${folder}`, '-n', 'test', '-t', 'C,,', '-i', authority]);
}
