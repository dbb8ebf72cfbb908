// What the server's frames do to the state. Frames about other calls, other epochs and calls that are over change
// nothing (C-17 from the client's side).

import { end, finish, finished, sayAgain, talks } from './endings.pure';
import { mediaState, newOwn, tellMedia } from './own.pure';
import { onward, pathOf, retold, type Way, wayOf } from './path.pure';
import type { CallView, ServerFrame } from './port';
import { welcomed } from './pressed.pure';
import { MAX_REJOINS, retry, settingUp } from './recovery.pure';
import { callOf } from './standing.pure';
import type { Active, Connecting, Effect, Own, Ring, State } from './state.pure';

/** After a reconnection the server repeats the rings that still ring; the others are dropped after this long. */
const RING_REPEAT = 3_000;

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** One frame. */
export function stepFrame(state: State, frame: ServerFrame, now: number, out: Effect[]): State {
  switch (frame.type) {
    case 'welcome':
      return welcome(state, frame, now, out);
    case 'ring':
      return ring(state, frame, now, out);
    case 'ring_stopped':
      return ringStopped(state, frame, now, out);
    case 'call_progress':
      return progress(state, frame, now);
    case 'call_started':
      return started(state, frame, now, out);
    case 'call_active':
      return active(state, frame);
    case 'call_ended':
      return ended(state, frame, now);
    case 'call_description':
      if (!talks(state.main) || state.main.call !== frame.call || state.main.epoch !== frame.epoch) return state;
      out.push({ type: 'remote_description', epoch: frame.epoch, sdpType: frame.sdp_type, sdp: frame.sdp });
      return state;
    case 'call_candidate':
      if (!talks(state.main) || state.main.call !== frame.call || state.main.epoch !== frame.epoch) return state;
      out.push({
        type: 'remote_candidate',
        epoch: frame.epoch,
        candidate: frame.candidate,
        mid: frame.mid,
        ufrag: frame.ufrag ?? null,
      });
      return state;
    case 'call_media':
      if (!talks(state.main) || state.main.call !== frame.call) return state;
      return { ...state, main: { ...state.main, remote: frame.media } };
    case 'refused':
      return refused(state, frame, now, out);
    case 'pong':
    case 'sent':
    case 'entry':
    case 'entry_changed':
    case 'entry_gone':
    case 'ring_test':
    case 'test_ring':
    case 'read':
    case 'seen':
    case 'typing':
    case 'changed':
      return state;
  }
}

function welcome(before: State, frame: Frame<'welcome'>, now: number, out: Effect[]): State {
  const { remembered } = before;
  let state: State = {
    ...before,
    online: true,
    offlineSince: null,
    remembered: null,
    pressed: welcomed(before.pressed, now),
    rings: before.rings.map((entry) => ({ ...entry, staleAt: now + RING_REPEAT })),
  };
  for (const view of frame.calls) {
    const over = finished(state, view.call);
    if (over) sayAgain(over, view.phase === 'ringing', out);
    else state = ghost(state, view, out);
  }
  const live = frame.calls.filter((view) => !finished(state, view.call) && view.phase !== 'ended');
  const { main } = state;
  const ours = live.find((view) => view.call === callOf(main));
  switch (main.phase) {
    case 'idle':
    case 'ended':
      return found(state, live, remembered, now, out);
    case 'starting':
      if (main.retryAt === null) return state;
      out.push({ type: 'invite', attempt: main.attempt, with: main.with, kind: main.kind });
      return { ...state, main: { ...main, retryAt: null } };
    case 'outgoing':
      if (!ours) return end(state, main, { type: 'local', what: 'gone' }, null, now);
      if (ours.phase === 'ringing') return { ...state, main: { ...main, ...ringingOf(ours, now) } };
      out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
      return { ...state, main: answeringFrom(main, wayOf(main), now) };
    case 'answering':
      // Without the call here, Accept was lost on the way; the ring that follows brings it again.
      if (ours) out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
      return { ...state, main: { ...main, at: now } };
    case 'returning':
      if (!ours) return end(state, main, { type: 'local', what: 'gone' }, null, now);
      if (main.stage === 'rejoining') out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
      return { ...state, main: { ...main, view: ours, way: retold(main.way, ours), at: now } };
    case 'connecting':
    case 'active':
      if (!ours) return end(state, main, { type: 'local', what: 'gone' }, null, now);
      if (ours.path !== pathOf(main.way) && ours.path === 'relay') {
        // It moved to the relay while the link was down (P-7).
        out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
        return state;
      }
      return { ...state, main: resume(main, now, out) };
    case 'elsewhere':
      if (!ours) return found({ ...state, main: { phase: 'idle' } }, live, null, now, out);
      return { ...state, main: { ...main, view: ours, way: retold(main.way, ours) } };
  }
}

/** A call that a lost answer left behind: the person gave it up before the server could name it. */
function ghost(state: State, view: CallView, out: Effect[]): State {
  if (view.role !== 'caller' || view.phase !== 'ringing') return state;
  const lost = state.abandoned.find((entry) => entry.failed && entry.with === view.with);
  if (!lost) return state;
  out.push({ type: 'send', frame: { type: 'call_cancel', call: view.call } });
  const abandoned = state.abandoned.filter((entry) => entry !== lost);
  return finish({ ...state, abandoned }, view.call, 'cancelled', null);
}

/** A call of this device that the tab is not in: its own from before a reload, or another tab's. */
function found(
  state: State,
  live: readonly CallView[],
  remembered: State['remembered'],
  now: number,
  out: Effect[],
): State {
  const view = live.find((entry) => entry.here && entry.call === remembered?.call) ?? live.find((entry) => entry.here);
  if (!view) return state;
  const { call, kind } = view;
  if (remembered?.call !== call) {
    const way = retold('unknown', view);
    return { ...state, main: { phase: 'elsewhere', call, with: view.with, kind, view, way } };
  }
  // A duplicated tab remembers as well: only the one that gets the claim goes on.
  out.push({ type: 'claim', call, steal: false });
  const own = newOwn(state.nextMedia, remembered.camera, remembered.muted);
  const way = retold(remembered.way, view);
  return {
    ...state,
    nextMedia: state.nextMedia + 1,
    main: { phase: 'returning', call, with: view.with, kind, stage: 'claiming', view, way, own, at: now },
  };
}

/** What the server says of a call that rings. */
export function ringingOf(view: CallView, now: number) {
  return { path: view.path, deadline: view.deadline ?? null, devices: view.ringing_devices ?? null, devicesAt: now };
}

/** Waits for `call_started`. */
export function answeringFrom(
  main: { readonly call: string; readonly with: string; readonly kind: CallView['kind']; readonly own: Own },
  way: Way,
  now: number,
) {
  const { call, kind, own } = main;
  return { phase: 'answering', call, with: main.with, kind, way, own, at: now, asked: false } as const;
}

/** The link is back during a call: what may have been missed is said again, and ICE tries at once. */
function resume<T extends Connecting | Active>(talk: T, now: number, out: Effect[]): T {
  tellMedia(talk, out);
  const next = retry(talk, now, out);
  if (next.loss === null && !next.said) {
    out.push({ type: 'send', frame: { type: 'call_connected', call: talk.call, epoch: talk.epoch } });
    return { ...next, said: true };
  }
  return next;
}

function ring(state: State, frame: Frame<'ring'>, now: number, out: Effect[]): State {
  const { call, caller, kind, deadline } = frame;
  // C-14: a ring that comes too late is a missed call, which the server has written already.
  if (deadline <= now) return state;
  const over = finished(state, call);
  if (over) {
    sayAgain(over, false, out);
    return state;
  }
  if (callOf(state.main) === call) {
    // Accept was pressed here and got lost with the link.
    if (state.main.phase === 'answering') out.push({ type: 'send', frame: { type: 'call_accept', call } });
    return state;
  }
  out.push({ type: 'send', frame: { type: 'call_ringing', call } });
  const entry: Ring = { call, caller, kind, deadline, staleAt: null };
  const known = state.rings.some((other) => other.call === call);
  const rings = known ? state.rings.map((other) => (other.call === call ? entry : other)) : [...state.rings, entry];
  return { ...state, rings };
}

function withoutRing(state: State, call: string): State {
  if (!state.rings.some((entry) => entry.call === call)) return state;
  return { ...state, rings: state.rings.filter((entry) => entry.call !== call) };
}

function ringStopped(state: State, frame: Frame<'ring_stopped'>, now: number, out: Effect[]): State {
  const { call, reason } = frame;
  const { main } = state;
  if (main.phase === 'answering' && main.call === call) {
    return end(state, main, { type: 'ring', stop: reason }, null, now);
  }
  const stopped = state.rings.find((entry) => entry.call === call);
  if (!stopped) return state;
  out.push({ type: 'notice', notice: { type: 'ring_stopped', caller: stopped.caller, stop: reason } });
  return finish(withoutRing(state, call), call, null, { type: 'ring', stop: reason });
}

function progress(state: State, frame: Frame<'call_progress'>, now: number): State {
  const { main } = state;
  const { call, devices } = frame;
  if (main.phase === 'starting') return { ...state, main: { ...main, early: { call, devices } } };
  if (main.phase !== 'outgoing' || main.call !== call || main.devices === devices) return state;
  return { ...state, main: { ...main, devices, devicesAt: now } };
}

function started(before: State, frame: Frame<'call_started'>, now: number, out: Effect[]): State {
  const { call } = frame;
  const over = finished(before, call);
  if (over) {
    // It was answered in the moment of being given up.
    sayAgain(over, false, out);
    return before;
  }
  const state = withoutRing(before, call);
  const { main } = state;
  switch (main.phase) {
    case 'idle':
    case 'ended':
      // Another tab of this browser pressed.
      return {
        ...state,
        main: { phase: 'elsewhere', call, with: frame.with, kind: frame.kind, view: null, way: frame.path },
      };
    case 'starting':
      // Two people called each other (C-15), or the answer to the request was overtaken.
      return main.with === frame.with ? connect(state, main.own, frame, now, out) : state;
    case 'elsewhere':
      return main.call === call
        ? { ...state, main: { ...main, view: null, way: onward(main.way, frame.path) } }
        : state;
    case 'returning':
      if (main.call !== call || main.stage === 'claiming') return state;
      return connect(state, main.own, frame, now, out);
    case 'outgoing':
    case 'answering':
      return main.call === call ? connect(state, main.own, frame, now, out) : state;
    case 'connecting':
    case 'active':
      if (main.call !== call || frame.epoch < main.epoch) return state;
      if (frame.epoch === main.epoch) {
        out.push({ type: 'servers', epoch: main.epoch, iceServers: frame.ice_servers });
        return state;
      }
      return connect(state, main.own, frame, now, out);
  }
}

function connect(state: State, own: Own, frame: Frame<'call_started'>, now: number, out: Effect[]): State {
  const { call, epoch, role } = frame;
  const { main } = state;
  const way = onward(wayOf(main), frame.path);
  const path = pathOf(way) ?? frame.path;
  const before = talks(main) ? main : null;
  // Media that flows goes on until the next is up, as when a node goes down with its relay. A tighter path ends it at
  // once (P-7).
  const flows = before?.phase === 'active' && (before.loss === null || before.carried);
  const carried = flows && before.path === path;
  out.push({ type: 'connect', media: own.media, epoch, role, path, iceServers: frame.ice_servers, carried });
  out.push({ type: 'send', frame: { type: 'call_media', call, media: mediaState(own) } });
  const since = main.phase === 'active' ? main.since : main.phase === 'returning' ? main.view?.active_since : null;
  const rejoins = before?.rejoins ?? 0;
  const loss = settingUp(now);
  const talk = {
    call,
    with: frame.with,
    kind: frame.kind,
    role,
    way,
    epoch,
    path,
    own,
    // It is said again with each attempt; until then it is as it was for who is heard all the time.
    remote: carried ? before.remote : null,
    loss,
    carried,
    rejoins,
  };
  if (since === null || since === undefined) {
    return { ...state, main: { phase: 'connecting', ...talk, said: false } };
  }
  return { ...state, main: { phase: 'active', ...talk, said: false, since } };
}

function active(state: State, frame: Frame<'call_active'>): State {
  const { main } = state;
  if (!talks(main) || main.call !== frame.call) return state;
  return { ...state, main: { ...main, phase: 'active', since: frame.since } };
}

function ended(before: State, frame: Frame<'call_ended'>, now: number): State {
  const { call, reason } = frame;
  const ending = { type: 'server', reason, detail: frame.detail ?? null } as const;
  const state = withoutRing(before, call);
  const { main } = state;
  const over = finished(state, call);
  switch (main.phase) {
    case 'idle':
    case 'ended':
    case 'starting':
      return over ? state : finish(state, call, null, ending);
    case 'elsewhere':
      if (main.call !== call) return finish(state, call, null, ending);
      return { ...finish(state, call, null, ending), main: { phase: 'idle' } };
    case 'outgoing':
    case 'answering':
    case 'returning':
    case 'connecting':
    case 'active':
      if (main.call !== call) return over ? state : finish(state, call, null, ending);
      return end(state, main, ending, null, now);
  }
}

function refused(state: State, frame: Frame<'refused'>, now: number, out: Effect[]): State {
  const { main } = state;
  const { code } = frame;
  if (!frame.re || callOf(main) !== frame.re) return state;
  const over = code === 'call_over' || code === 'not_found';
  switch (main.phase) {
    case 'idle':
    case 'starting':
    case 'ended':
      return state;
    case 'elsewhere':
      return over ? { ...state, main: { phase: 'idle' } } : state;
    case 'outgoing':
      return over ? end(state, main, { type: 'local', what: 'gone' }, null, now) : state;
    case 'answering':
      // Accept that was repeated after a reconnection: the first one had arrived.
      if (code === 'out_of_turn') return state;
      return end(state, main, over ? { type: 'local', what: 'gone' } : { type: 'refused', code }, null, now);
    case 'returning':
      return end(state, main, { type: 'local', what: 'gone' }, null, now);
    case 'connecting':
    case 'active':
      if (over) return end(state, main, { type: 'local', what: 'gone' }, null, now);
      // A new attempt to bring media back was refused: an epoch was missed while the link was down. Media starts over.
      // Before any attempt it is only a frame that crossed with `call_started`.
      if (code !== 'out_of_turn' || !main.loss?.tries || main.rejoins >= MAX_REJOINS) return state;
      out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
      return { ...state, main: { ...main, rejoins: main.rejoins + 1 } };
  }
}
