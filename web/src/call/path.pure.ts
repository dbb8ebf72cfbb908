// How media of a call travels, as this side sees it. The server decides (P-1); here it only ever tightens, so that no
// mistake and no message leads a relayed call back to a direct path (P-5).

import type { CallView } from './port';
import type { IceServer, Main, Path } from './state.pure';

/** The way of a call so far. `unknown` until it is said. `moved`: it was direct, and the other side could see this
 * side's address; it is relayed now. `told`: the same, and the person has read it (P-7). */
export type Way = 'unknown' | 'direct' | 'relay' | 'moved' | 'told';

/** The way after the server named a path for the next attempt. */
export function onward(before: Way, path: Path): Way {
  switch (before) {
    case 'unknown':
      return path;
    case 'direct':
      return path === 'relay' ? 'moved' : 'direct';
    case 'relay':
    case 'moved':
    case 'told':
      return before;
  }
}

/** The way of a call that has a path but no media yet: nothing has shown anybody an address. */
export function announced(path: Path): Way {
  return path === 'relay' ? 'relay' : 'unknown';
}

/** The way of a call as the server tells it after a gap, on top of what was known here. */
export function retold(before: Way, view: CallView): Way {
  if (view.phase !== 'ringing') return onward(before, view.path);
  return before === 'unknown' ? announced(view.path) : before;
}

/** The way of the call in this tab. */
export function wayOf(main: Main): Way {
  switch (main.phase) {
    case 'idle':
    case 'starting':
      return 'unknown';
    case 'outgoing':
      return announced(main.path);
    case 'answering':
    case 'returning':
    case 'connecting':
    case 'active':
    case 'elsewhere':
    case 'ended':
      return main.way;
  }
}

/** The path that media takes; `null` while there is none. */
export function pathOf(way: Way): Path | null {
  switch (way) {
    case 'unknown':
      return null;
    case 'direct':
      return 'direct';
    case 'relay':
    case 'moved':
    case 'told':
      return 'relay';
  }
}

/** Settings of a peer connection, as far as they decide who sees an address. A part of `RTCConfiguration`. */
export interface PeerRules {
  readonly iceServers: IceServer[];
  readonly iceTransportPolicy: 'relay' | 'all';
  readonly bundlePolicy: 'max-bundle';
  readonly rtcpMuxPolicy: 'require';
}

/** The rules for a path (P-2): the servers that the server named, none but TURN among them, and on `relay` no candidate
 * of this machine is even gathered. */
export function peerRules(path: Path, servers: readonly IceServer[]): PeerRules {
  const relays = servers.map(({ urls, username, credential }) => ({
    urls: urls.filter((url) => /^turns?:/i.test(url)),
    username,
    credential,
  }));
  return {
    // A server without a URL is a mistake to the browser.
    iceServers: relays.filter(({ urls }) => urls.length > 0),
    iceTransportPolicy: path === 'relay' ? 'relay' : 'all',
    // One component, one port; Firefox would gather a second one otherwise. No pool of candidates: with one, Chromium
    // now and then gathers nothing at all for an answer, nor for the restarts after it.
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
  };
}
