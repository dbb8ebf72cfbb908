// Hosts that are network namespaces, each behind a link of its own to one router: what one sends reaches another only
// as a packet that was addressed to it, and what hosts of one link say to each other (ARP) stays there.
//
//        ann ──┐   ┌── bob           10.83.17.0/24   fd7b:9c41:83a5:11::/64   ann …
//              ├ r ┤
//     server ──┘   └── outsider

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fromBytes } from './addresses.mjs';
import { Inside } from './inside.mjs';

/** Where `ip` looks for files that stand in for those of /etc in a namespace. */
const STAND_INS = '/etc/netns';

/** Addresses whose bytes are all different, so that no form of one looks like another. */
export const PLACES = {
  ann: { v4: '10.83.17.42', v6: 'fd7b:9c41:83a5:11:6e2f:d04b:9137:c85a' },
  bob: { v4: '10.146.29.87', v6: 'fd7b:9c41:83a5:22:b81d:472e:f3c6:509f' },
  server: { v4: '10.201.62.113', v6: 'fd7b:9c41:83a5:33:2c94:e7a1:68d3:f40b' },
  outsider: { v4: '10.37.158.211', v6: 'fd7b:9c41:83a5:44:d5f0:163c:8be2:7a99' },
};

/** RFC 863; nobody listens there. Captures are marked with datagrams to it. */
export const DISCARD = 9;

/**
 * Bytes that a host hands to its interface at once. Captures keep as much room for every frame, so lowering it lets them
 * hold more frames that nobody has read yet.
 */
export const LARGEST = 8_192;

const routerOf = ({ v4, v6 }) => ({ v4: v4.replace(/\d+$/, '1'), v6: `${v6.split(':').slice(0, 4).join(':')}::1` });

/** Networks of this run, still to be removed. */
const standing = new Set();
process.on('exit', () => {
  for (const network of standing) network.removeNow();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** One host. */
export class Host {
  /** Closed with the network, the last one opened first. @type {(() => unknown)[]} */
  closing = [];
  #inside;
  #network;

  constructor(network, name) {
    this.#network = network;
    this.name = name;
    this.namespace = `${network.prefix}-${name}`;
    Object.assign(this, PLACES[name]);
    this.router = routerOf(this);
    this.env = network.env;
    this.prefix = ['ip', 'netns', 'exec', this.namespace];
  }

  /** The addresses it has in this network, without those of the link alone. */
  get addresses() {
    return [this.v4, this.v6];
  }

  /** The address that its interface has on its link, and nowhere else. */
  get linkLocal() {
    const [, digits] = /^(fe80[0-9a-f]{28}) .* eth0$/m.exec(this.run('cat', '/proc/net/if_inet6')) ?? [];
    return fromBytes(Buffer.from(digits, 'hex'));
  }

  /** Runs a program to its end and hands back what it wrote. */
  run(...command) {
    return run([...this.prefix, ...command]);
  }

  /** A Node.js process on this host, for what tests do there themselves. */
  get inside() {
    if (!this.#inside) {
      this.#inside = new Inside(this.prefix, this.env);
      this.closing.push(() => this.#inside.close());
    }
    return this.#inside;
  }

  /** Takes away all addresses of a family. */
  without(family) {
    const option = family === 'v4' ? '-4' : '-6';
    this.run('ip', option, 'address', 'flush', 'dev', 'eth0');
  }

  /** Keeps UDP from leaving, but for what marks the captures, until the returned function is called. */
  blockUdp() {
    return this.#block(`meta l4proto udp udp dport != ${DISCARD} drop`);
  }

  /** Cuts all connections to a port and refuses new ones, until the returned function is called. */
  blockTcp(port) {
    return this.#block(`tcp dport ${port} reject with tcp reset`);
  }

  #block(rule) {
    const lines = [
      'add table inet blocked',
      'add chain inet blocked out { type filter hook output priority 0; }',
      `add rule inet blocked out ${rule}`,
    ];
    run([...this.prefix, 'nft', '-f', '-'], lines.join('\n'));
    return () => this.run('nft', 'delete', 'table', 'inet', 'blocked');
  }

  /**
   * Loses a share of the UDP that it sends, behind its own link, until the returned function is called.
   * @param {number} percent
   */
  losing(percent) {
    const router = ['ip', 'netns', 'exec', this.#network.routerNamespace];
    const lines = [
      'add table inet losing',
      'add chain inet losing through { type filter hook forward priority 0; }',
      `add rule inet losing through iifname to-${this.name} meta l4proto udp numgen random mod 100 < ${percent} drop`,
    ];
    run([...router, 'nft', '-f', '-'], lines.join('\n'));
    return () => run([...router, 'nft', 'delete', 'table', 'inet', 'losing']);
  }

  /** Gives back what `without` took. */
  with(family) {
    run(['ip', '-n', this.namespace, '-batch', '-'], addressing(this, family).join('\n'));
  }
}

function addressing(host, family) {
  if (family === 'v4') {
    return [`address add ${host.v4}/24 dev eth0`, `route replace default via ${host.router.v4}`];
  }
  return [`address add ${host.v6}/64 dev eth0 nodad`, `route replace default via ${host.router.v6}`];
}

/** The hosts and what is between them. */
export class Network {
  static #count = 0;

  /** @type {Record<string, Host>} */
  hosts = {};

  /**
   * Builds one. Fails clearly where this machine does not allow it.
   * @param {Record<string, string>} env further variables for processes inside
   */
  static build(env = {}) {
    removeLeftOvers();
    Network.#count += 1;
    const network = new Network(`birdcall-${process.pid}-${Network.#count}`, env);
    standing.add(network);
    try {
      network.#build();
    } catch (error) {
      network.removeNow();
      throw new Error(
        `these tests build a network of namespaces, which takes root (or CAP_NET_ADMIN and CAP_SYS_ADMIN), ` +
          `iproute2 and veth: ${error.message}`,
      );
    }
    return network;
  }

  constructor(prefix, env) {
    this.prefix = prefix;
    this.env = env;
    this.routerNamespace = `${prefix}-router`;
    for (const name of Object.keys(PLACES)) this.hosts[name] = new Host(this, name);
  }

  #build() {
    const all = Object.values(this.hosts);
    run(['ip', 'netns', 'add', this.routerNamespace]);
    for (const host of all) {
      run(['ip', 'netns', 'add', host.namespace]);
      run([
        'ip',
        '-n',
        host.namespace,
        'link',
        'add',
        'eth0',
        'type',
        'veth',
        'peer',
        'name',
        `to-${host.name}`,
        'netns',
        this.routerNamespace,
      ]);
      host.run('sh', '-c', 'for it in all default eth0; do echo 0 > /proc/sys/net/ipv6/conf/$it/accept_ra; done');
      const lines = [
        'link set lo up',
        `link set eth0 gso_max_size ${LARGEST} up`,
        ...addressing(host, 'v4'),
        ...addressing(host, 'v6'),
      ];
      run(['ip', '-n', host.namespace, '-batch', '-'], lines.join('\n'));
      // The router is the name server too, and answers nobody: a question for a name can be seen on the link.
      mkdirSync(`${STAND_INS}/${host.namespace}`, { recursive: true });
      writeFileSync(
        `${STAND_INS}/${host.namespace}/resolv.conf`,
        `nameserver ${host.router.v4}\nnameserver ${host.router.v6}\n`,
      );
    }
    run(['ip', '-n', this.routerNamespace, 'link', 'set', 'lo', 'up']);
    for (const host of all) this.welcome(host);
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding';
    run(['ip', 'netns', 'exec', this.routerNamespace, 'sh', '-c', forward]);
  }

  /** Sets up the router's end of a host's link. */
  welcome({ name, router }) {
    const lines = [
      `link set to-${name} up`,
      `address add ${router.v4}/24 dev to-${name}`,
      `address add ${router.v6}/64 dev to-${name} nodad`,
    ];
    run(['ip', '-n', this.routerNamespace, '-batch', '-'], lines.join('\n'));
  }

  /** Closes what runs on its hosts, and removes them. */
  async remove() {
    for (const host of Object.values(this.hosts)) {
      for (const close of host.closing.splice(0).reverse()) await close();
    }
    this.removeNow();
  }

  /** Removes the namespaces, whatever may still run in them. */
  removeNow() {
    standing.delete(this);
    for (const name of [...Object.values(this.hosts).map((host) => host.namespace), this.routerNamespace])
      removeNamespace(name);
  }
}

function removeNamespace(name) {
  spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
  rmSync(`${STAND_INS}/${name}`, { recursive: true, force: true });
}

/** A run that was killed leaves its namespaces; its process id is in their names. */
function removeLeftOvers() {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  for (const name of names) {
    const [, pid] = /^birdcall-(\d+)-\d+-\w+$/.exec(name) ?? [];
    if (pid && !existsSync(`/proc/${pid}`)) removeNamespace(name);
  }
}

/** Runs a program to its end; a code other than 0 is an error with what it wrote. */
export function run([program, ...options], input = '') {
  const { error, status, stdout, stderr } = spawnSync(program, options, { input, encoding: 'utf8' });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${[program, ...options].join(' ')}: ${stderr.trim() || `code ${status}`}`);
  return stdout;
}
