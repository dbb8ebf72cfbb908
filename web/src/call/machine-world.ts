// Frames, presses and states that the tests of the machine begin with.

import { handle } from './machine.pure';
import type { CallView, ServerFrame } from './port';
import { begin, type Effect, type Event, type State } from './state.pure';

export const NOW = 1_000_000;
export const A = '000000000000000a';
export const B = '000000000000000b';

export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

export const view = (call = A, phase: CallView['phase'] = 'ringing', handle_ = 'bob'): CallView => ({
  call,
  role: 'caller',
  with: handle_,
  kind: 'audio',
  phase,
  path: 'direct',
  deadline: phase === 'ringing' ? NOW + 45_000 : null,
  here: true,
});
export const started = (
  epoch = 1,
  call = A,
  handle_ = 'bob',
  path: CallView['path'] = 'direct',
): FrameOf<'call_started'> => ({
  type: 'call_started',
  call,
  role: 'caller',
  with: handle_,
  kind: 'audio',
  path,
  ice_servers: [],
  epoch,
});
export const welcome = (...calls: CallView[]): FrameOf<'welcome'> => ({
  type: 'welcome',
  device: '0000000000000001',
  now: NOW,
  cursor: 0,
  reset: false,
  calls,
});
export const ring = (
  call = A,
  deadline = NOW + 45_000,
  caller = 'bob',
  kind: CallView['kind'] = 'audio',
): FrameOf<'ring'> => ({
  type: 'ring',
  call,
  caller,
  kind,
  deadline,
});
export const ended = (reason: FrameOf<'call_ended'>['reason'] = 'hung_up', call = A): FrameOf<'call_ended'> => ({
  type: 'call_ended',
  call,
  reason,
});
export const frame = (value: ServerFrame): Event => ({ type: 'frame', frame: value });
export const pressCall: Event = { type: 'press_call', attempt: 'k1', with: 'bob', kind: 'audio' };
export const accept: Event = { type: 'press_accept', call: A, video: false };

/** Runs events, each a millisecond after the other unless it says when. */
export function run(
  from: State,
  ...events: (Event | [number, Event])[]
): { state: State; effects: Effect[]; last: Effect[] } {
  let state = from;
  let at = NOW;
  let last: Effect[] = [];
  const effects: Effect[] = [];
  for (const item of events) {
    const [when, event] = Array.isArray(item) ? item : [at + 1, item];
    at = when;
    const turn = handle(state, event, at);
    state = turn.state;
    last = turn.effects;
    effects.push(...last);
  }
  return { state, effects, last };
}

export const idle = begin(null, true);
export const starting = run(idle, pressCall).state;
export const outgoing = run(starting, { type: 'invited', attempt: 'k1', view: view() }).state;
export const ringing = run(idle, frame(ring())).state;
export const answering = run(ringing, accept).state;
export const remembered = begin({ call: A, muted: true, camera: true, way: 'unknown' }, false);
export const claiming = run(remembered, frame(welcome(view(A, 'active')))).state;
export const rejoining = run(claiming, { type: 'claim_won', call: A }).state;
export const connecting = run(outgoing, frame(started())).state;
export const active = run(
  connecting,
  { type: 'microphone_opened', media: 1 },
  { type: 'peer_up', epoch: 1 },
  frame({ type: 'call_active', call: A, since: NOW }),
).state;
export const elsewhere = run(idle, frame(started())).state;
export const over = run(active, frame(ended())).state;

/** One event of each kind. */
export const events: Record<string, Event> = {
  press_call: { type: 'press_call', attempt: 'k2', with: 'bob', kind: 'video' },
  press_accept: accept,
  press_decline: { type: 'press_decline', call: A, text: null },
  press_notification: { type: 'press_notification', call: A, caller: 'bob' },
  press_end: { type: 'press_end' },
  press_microphone: { type: 'press_microphone' },
  press_camera: { type: 'press_camera' },
  press_screen: { type: 'press_screen' },
  press_take: { type: 'press_take' },
  press_understood: { type: 'press_understood' },
  dismiss: { type: 'dismiss' },
  welcome_with: frame(welcome(view(A, 'active'))),
  welcome_without: frame(welcome()),
  ring_same: frame(ring()),
  ring_other: frame(ring(B, NOW + 45_000, 'cleo')),
  ring_late: frame(ring(B, NOW - 1, 'cleo')),
  ring_stopped: frame({ type: 'ring_stopped', call: A, reason: 'answered_elsewhere' }),
  call_progress: frame({ type: 'call_progress', call: A, devices: 2 }),
  call_started: frame(started(1)),
  call_started_2: frame(started(2)),
  call_moved: frame(started(2, A, 'bob', 'relay')),
  call_active: frame({ type: 'call_active', call: A, since: NOW }),
  call_ended: frame(ended()),
  call_ended_other: frame(ended('hung_up', B)),
  call_description: frame({ type: 'call_description', call: A, epoch: 1, sdp_type: 'offer', sdp: 'v=0' }),
  call_candidate: frame({ type: 'call_candidate', call: A, epoch: 1, candidate: '', mid: '0' }),
  call_media: frame({ type: 'call_media', call: A, media: { microphone: true, camera: true, screen: false } }),
  refused_over: frame({ type: 'refused', re: A, code: 'call_over', title: '' }),
  refused_other: frame({ type: 'refused', re: B, code: 'call_over', title: '' }),
  pong: frame({ type: 'pong' }),
  sent: frame({
    type: 'sent',
    key: 'k',
    to: 'bob',
    entry: { seq: 1, at: NOW, from: 'ann', body: { type: 'message', text: 'hi' } },
  }),
  entry: frame({
    type: 'entry',
    cursor: 1,
    with: 'bob',
    unread: 0,
    request: false,
    entry: { seq: 1, at: NOW, from: 'ann', body: { type: 'message', text: 'hi' } },
  }),
  read: frame({ type: 'read', cursor: 1, with: 'bob', seq: 1, unread: 0 }),
  seen: frame({ type: 'seen', cursor: 1, with: 'bob', seq: 1, at: NOW }),
  typing: frame({ type: 'typing', with: 'bob' }),
  changed: frame({ type: 'changed', cursor: 1, what: 'calls' }),
  invited: { type: 'invited', attempt: 'k1', view: view() },
  not_invited: { type: 'not_invited', attempt: 'k1', code: 'first_message_needed' },
  no_answer_http: { type: 'not_invited', attempt: 'k1', code: null },
  offline: { type: 'offline' },
  network_changed: { type: 'network_changed', moved: false },
  network_moved: { type: 'network_changed', moved: true },
  microphone_opened: { type: 'microphone_opened', media: 1 },
  microphone_failed: { type: 'microphone_failed', media: 1, trouble: 'denied' },
  camera_opened: { type: 'camera_opened', media: 1 },
  camera_failed: { type: 'camera_failed', media: 1, trouble: 'denied' },
  screen_opened: { type: 'screen_opened', media: 1 },
  screen_closed: { type: 'screen_closed', media: 1 },
  picture_held: { type: 'picture_held', media: 1, held: true },
  peer_up: { type: 'peer_up', epoch: 1 },
  peer_quiet: { type: 'peer_quiet', epoch: 1, quiet: true },
  peer_lost: { type: 'peer_lost', epoch: 1, failed: true },
  peer_stranded: { type: 'peer_stranded', epoch: 1 },
  carrier_lost: { type: 'carrier_lost' },
  peer_description: { type: 'peer_description', epoch: 1, sdpType: 'offer', sdp: 'v=0' },
  peer_candidate: { type: 'peer_candidate', epoch: 1, candidate: '', mid: '0', ufrag: null },
  claim_won: { type: 'claim_won', call: A },
  claim_refused: { type: 'claim_refused', call: A },
  claim_lost: { type: 'claim_lost', call: A },
  tick: { type: 'tick' },
};
