// A second way to the network for a host, with addresses of its own: Wi-Fi and mobile. Only one of the two is up.

import { run } from './namespaces.mjs';

/** Where the second link of a host leads. Its bytes are in no other address. */
const PLACE = {
  v4: '10.118.73.29',
  v6: 'fd7b:9c41:83a5:55:7a3c:e92f:b150:4dd6',
  router: { v4: '10.118.73.1', v6: 'fd7b:9c41:83a5:55::1' },
};

/** Both links of one host, of which it has one. */
export class Links {
  #host;
  #places;
  #at = 'eth0';

  /**
   * @param {import('./namespaces.mjs').Network} network
   * @param {import('./namespaces.mjs').Host} host
   */
  constructor(network, host) {
    this.#host = host;
    this.#places = { eth0: host, eth1: PLACE };
    const far = `also-${host.name}`;
    run([
      ...['ip', '-n', host.namespace, 'link', 'add', 'eth1', 'type', 'veth'],
      ...['peer', 'name', far, 'netns', network.routerNamespace],
    ]);
    this.#filter(network);
    // As all addresses here, those of the link alone are not asked for twice before they are used.
    host.run('sh', '-c', 'for it in eth0 eth1; do echo 0 > /proc/sys/net/ipv6/conf/$it/accept_dad; done');
    run(
      ['ip', '-n', network.routerNamespace, '-batch', '-'],
      [
        `link set ${far} up`,
        `address add ${PLACE.router.v4}/24 dev ${far}`,
        `address add ${PLACE.router.v6}/64 dev ${far} nodad`,
      ].join('\n'),
    );
  }

  /** Networks let nothing out with an address of another one (RFC 2827), which programs go on using for a while. */
  #filter(network) {
    const rules = [
      'add table inet ingress',
      'add chain inet ingress from { type filter hook prerouting priority 0; }',
      'add rule inet ingress from fib saddr . iif oif missing ip6 saddr != fe80::/10 drop',
      'add rule inet ingress from fib saddr . iif oif missing meta nfproto ipv4 drop',
    ];
    run(['ip', 'netns', 'exec', network.routerNamespace, 'nft', '-f', '-'], rules.join('\n'));
  }

  /** The addresses that it has now. */
  get place() {
    return this.#places[this.#at];
  }

  /** Out of reach: all addresses are taken away. */
  leave() {
    this.#change([`address flush dev ${this.#at}`, `link set ${this.#at} down`]);
  }

  /** Reached again by the other link: it gives other addresses. */
  arrive() {
    this.#at = this.#at === 'eth0' ? 'eth1' : 'eth0';
    const { v4, v6, router } = this.place;
    this.#change([
      `link set ${this.#at} up`,
      `address add ${v4}/24 dev ${this.#at}`,
      `address add ${v6}/64 dev ${this.#at} nodad`,
      `route replace default via ${router.v4}`,
      `route replace default via ${router.v6}`,
    ]);
  }

  #change(lines) {
    run(['ip', '-n', this.#host.namespace, '-batch', '-'], lines.join('\n'));
  }
}
