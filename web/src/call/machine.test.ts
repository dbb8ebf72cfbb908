import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handle, nextTick } from './machine.pure';
import type { CallView, ServerFrame } from './port';
import { visibleRings } from './standing.pure';
import { begin, type Effect, type Event, type Main, type State } from './state.pure';

const NOW = 1_000_000;
const A = '000000000000000a';
const B = '000000000000000b';

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

const view = (call = A, phase: CallView['phase'] = 'ringing', handle_ = 'bob'): CallView => ({
  call,
  role: 'caller',
  with: handle_,
  kind: 'audio',
  phase,
  path: 'direct',
  deadline: phase === 'ringing' ? NOW + 45_000 : null,
  here: true,
});
const started = (epoch = 1, call = A, handle_ = 'bob', path: CallView['path'] = 'direct'): FrameOf<'call_started'> => ({
  type: 'call_started',
  call,
  role: 'caller',
  with: handle_,
  kind: 'audio',
  path,
  ice_servers: [],
  epoch,
});
const welcome = (...calls: CallView[]): FrameOf<'welcome'> => ({
  type: 'welcome',
  device: '0000000000000001',
  now: NOW,
  cursor: 0,
  reset: false,
  calls,
});
const ring = (
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
const ended = (reason: FrameOf<'call_ended'>['reason'] = 'hung_up', call = A): FrameOf<'call_ended'> => ({
  type: 'call_ended',
  call,
  reason,
});
const frame = (value: ServerFrame): Event => ({ type: 'frame', frame: value });
const pressCall: Event = { type: 'press_call', attempt: 'k1', with: 'bob', kind: 'audio' };
const accept: Event = { type: 'press_accept', call: A, video: false };

/** Runs events, each a millisecond after the other unless it says when. */
function run(from: State, ...events: (Event | [number, Event])[]): { state: State; effects: Effect[]; last: Effect[] } {
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

const idle = begin(null, true);
const starting = run(idle, pressCall).state;
const outgoing = run(starting, { type: 'invited', attempt: 'k1', view: view() }).state;
const ringing = run(idle, frame(ring())).state;
const answering = run(ringing, accept).state;
const remembered = begin({ call: A, muted: true, camera: true, way: 'unknown' }, false);
const claiming = run(remembered, frame(welcome(view(A, 'active')))).state;
const rejoining = run(claiming, { type: 'claim_won', call: A }).state;
const connecting = run(outgoing, frame(started())).state;
const active = run(
  connecting,
  { type: 'microphone_opened', media: 1 },
  { type: 'peer_up', epoch: 1 },
  frame({ type: 'call_active', call: A, since: NOW }),
).state;
const elsewhere = run(idle, frame(started())).state;
const over = run(active, frame(ended())).state;

/** One state of each kind; with a ring beside it where that makes a difference. */
const states: Record<string, State> = {
  idle,
  ringing,
  starting,
  outgoing,
  answering,
  claiming,
  rejoining,
  connecting,
  active,
  elsewhere,
  over,
};

const events: Record<string, Event> = {
  press_call: { type: 'press_call', attempt: 'k2', with: 'bob', kind: 'video' },
  press_accept: accept,
  press_decline: { type: 'press_decline', call: A },
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
    entry: { seq: 1, at: NOW, from: 'ann', body: { type: 'message', text: 'hi' } },
  }),
  read: frame({ type: 'read', cursor: 1, with: 'bob', seq: 1, unread: 0 }),
  changed: frame({ type: 'changed', cursor: 1, what: 'calls' }),
  invited: { type: 'invited', attempt: 'k1', view: view() },
  not_invited: { type: 'not_invited', attempt: 'k1', code: 'first_message_needed' },
  no_answer_http: { type: 'not_invited', attempt: 'k1', code: null },
  offline: { type: 'offline' },
  network_changed: { type: 'network_changed' },
  microphone_opened: { type: 'microphone_opened', media: 1 },
  microphone_failed: { type: 'microphone_failed', media: 1, trouble: 'denied' },
  camera_opened: { type: 'camera_opened', media: 1 },
  camera_failed: { type: 'camera_failed', media: 1, trouble: 'denied' },
  screen_opened: { type: 'screen_opened', media: 1 },
  screen_closed: { type: 'screen_closed', media: 1 },
  peer_up: { type: 'peer_up', epoch: 1 },
  peer_lost: { type: 'peer_lost', epoch: 1, failed: true },
  peer_description: { type: 'peer_description', epoch: 1, sdpType: 'offer', sdp: 'v=0' },
  peer_candidate: { type: 'peer_candidate', epoch: 1, candidate: '', mid: '0', ufrag: null },
  claim_won: { type: 'claim_won', call: A },
  claim_refused: { type: 'claim_refused', call: A },
  claim_lost: { type: 'claim_lost', call: A },
  tick: { type: 'tick' },
};

/** Where each event leads; what is not listed stays where it is. */
const table: Record<string, Record<string, Main['phase']>> = {
  idle: {
    press_call: 'starting',
    welcome_with: 'elsewhere',
    call_started: 'elsewhere',
    call_started_2: 'elsewhere',
    call_moved: 'elsewhere',
  },
  ringing: {
    // Calling who rings here is answering (C-15).
    press_call: 'answering',
    press_accept: 'answering',
    welcome_with: 'elsewhere',
    call_started: 'elsewhere',
    call_started_2: 'elsewhere',
    call_moved: 'elsewhere',
  },
  starting: {
    press_end: 'idle',
    // Glare: the other side's call is taken as the answer.
    call_started: 'connecting',
    call_started_2: 'connecting',
    call_moved: 'connecting',
    invited: 'outgoing',
    not_invited: 'ended',
  },
  outgoing: {
    press_end: 'idle',
    welcome_with: 'answering',
    welcome_without: 'ended',
    call_started: 'connecting',
    call_started_2: 'connecting',
    call_moved: 'connecting',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_lost: 'elsewhere',
  },
  answering: {
    press_end: 'idle',
    ring_stopped: 'ended',
    call_started: 'connecting',
    call_started_2: 'connecting',
    call_moved: 'connecting',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_lost: 'elsewhere',
  },
  claiming: {
    press_end: 'idle',
    welcome_without: 'ended',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_refused: 'elsewhere',
  },
  rejoining: {
    press_end: 'idle',
    welcome_without: 'ended',
    call_started: 'connecting',
    call_started_2: 'connecting',
    call_moved: 'connecting',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_lost: 'elsewhere',
  },
  connecting: {
    press_end: 'ended',
    welcome_without: 'ended',
    call_active: 'active',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_lost: 'elsewhere',
  },
  active: {
    press_end: 'ended',
    welcome_without: 'ended',
    call_ended: 'ended',
    refused_over: 'ended',
    claim_lost: 'elsewhere',
  },
  elsewhere: {
    press_end: 'idle',
    press_take: 'returning',
    welcome_without: 'idle',
    call_ended: 'idle',
    refused_over: 'idle',
  },
  over: {
    press_call: 'starting',
    press_end: 'idle',
    dismiss: 'idle',
  },
};

describe('every state and every event', () => {
  for (const [name, state] of Object.entries(states)) {
    it(name, () => {
      const row: Record<string, string> = {};
      for (const [title, event] of Object.entries(events)) {
        const next = handle(state, event, NOW + 10).state.main.phase;
        if (next !== state.main.phase) row[title] = next;
      }
      expect(row).toEqual(table[name]);
    });
  }

  it('has a state of every phase', () => {
    const phases = new Set(Object.values(states).map((state) => state.main.phase));
    expect([...phases].sort()).toEqual(
      ['active', 'answering', 'connecting', 'elsewhere', 'ended', 'idle', 'outgoing', 'returning', 'starting'].sort(),
    );
  });
});

const frames = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' ? [effect.frame.type] : []));
const kinds = (effects: readonly Effect[]) => effects.map((effect) => effect.type);

describe('calling', () => {
  it('opens the microphone at the press on Call, and the camera for a video call only', () => {
    expect(run(idle, pressCall).effects).toContainEqual({ type: 'open_media', media: 1, camera: false, muted: false });
    expect(run(idle, { ...pressCall, kind: 'video' } as Event).effects).toContainEqual({
      type: 'open_media',
      media: 1,
      camera: true,
      muted: false,
    });
  });

  it('cancels a call that was given up before the server had answered, as soon as it is named', () => {
    const given = run(starting, { type: 'press_end' });
    expect(kinds(given.last)).toEqual(['close_media', 'stay_awake']);
    const answered = run(given.state, { type: 'invited', attempt: 'k1', view: view() });
    expect(answered.last).toEqual([{ type: 'send', frame: { type: 'call_cancel', call: A } }]);
    expect(answered.state.main.phase).toBe('idle');
  });

  it('lets a new call wait for the cancelled one, and then goes on', () => {
    const again = run(
      starting,
      { type: 'press_end' },
      { type: 'press_call', attempt: 'k2', with: 'bob', kind: 'audio' },
    );
    expect(kinds(again.last)).not.toContain('invite');
    const answered = run(again.state, { type: 'invited', attempt: 'k1', view: view() });
    expect(kinds(answered.last)).toEqual(['invite', 'send']);
  });

  it('drops the late answer of an abandoned request', () => {
    const second = run(
      starting,
      { type: 'press_end' },
      { type: 'not_invited', attempt: 'k1', code: 'unavailable' },
      { type: 'press_call', attempt: 'k2', with: 'cleo', kind: 'audio' },
      { type: 'invited', attempt: 'k1', view: view() },
    ).state;
    expect(second.main).toMatchObject({ phase: 'starting', attempt: 'k2' });
  });

  it('repeats a request without an answer, under the same key, then says so, and cancels what it may have made', () => {
    let state = starting;
    let at = NOW;
    for (let round = 0; round < 3; round += 1) {
      state = handle(state, { type: 'not_invited', attempt: 'k1', code: null }, at).state;
      at = nextTick(state) ?? Number.NaN;
      const turn = handle(state, { type: 'tick' }, at);
      expect(turn.effects).toEqual([{ type: 'invite', attempt: 'k1', with: 'bob', kind: 'audio' }]);
      state = turn.state;
    }
    state = handle(state, { type: 'not_invited', attempt: 'k1', code: null }, at).state;
    expect(state.main).toMatchObject({ phase: 'ended', ending: { type: 'local', what: 'unreachable' } });
    const back = handle(state, frame(welcome(view())), at + 1);
    expect(frames(back.effects)).toEqual(['call_cancel']);
    expect(back.state.main.phase).toBe('ended');
  });

  it('becomes one call where two people call each other (C-15)', () => {
    const glare = run(starting, frame(started(1, B)), { type: 'invited', attempt: 'k1', view: view(B, 'connecting') });
    expect(glare.state.main).toMatchObject({ phase: 'connecting', call: B });
    expect(frames(glare.last)).toEqual([]);
    expect(run(starting, frame(started(1, B, 'cleo'))).state).toEqual(starting);
    const other = run(starting, { type: 'invited', attempt: 'k1', view: view(B, 'connecting') }, frame(started(1, B)));
    expect(other.state.main).toMatchObject({ phase: 'connecting', call: B });
  });

  it('keeps progress and the end that overtake the answer', () => {
    const progress = frame({ type: 'call_progress', call: A, devices: 2 });
    const told = run(starting, progress, { type: 'invited', attempt: 'k1', view: view() }).state;
    expect(told.main).toMatchObject({ phase: 'outgoing', devices: 2 });
    const end = run(starting, frame(ended('busy')), { type: 'invited', attempt: 'k1', view: view() }).state;
    expect(end.main).toMatchObject({ phase: 'ended', ending: { reason: 'busy' } });
  });

  it('ends by itself when the server is silent after the deadline', () => {
    const at = nextTick(outgoing) ?? Number.NaN;
    expect(at).toBeGreaterThan(NOW + 45_000);
    expect(handle(outgoing, { type: 'tick' }, at).state.main).toMatchObject({
      phase: 'ended',
      ending: { type: 'server', reason: 'no_answer' },
    });
  });

  it('hangs up where it was answered in the moment of being cancelled', () => {
    const cancelled = run(outgoing, { type: 'press_end' }, frame(started()));
    expect(cancelled.last).toEqual([{ type: 'send', frame: { type: 'call_hang_up', call: A } }]);
    expect(cancelled.state.main.phase).toBe('idle');
  });
});

describe('being called', () => {
  it('rings, says so, and opens nothing (C-11)', () => {
    expect(kinds(run(idle, frame(ring())).effects)).toEqual(['send', 'sound', 'attention']);
    expect(frames(run(idle, frame(ring())).effects)).toEqual(['call_ringing']);
  });

  it('never rings after the deadline (C-14)', () => {
    expect(run(idle, frame(ring(A, NOW))).effects).toEqual([]);
    expect(run(ringing, [NOW + 45_000, accept]).effects).toEqual([]);
    const late = run(ringing, [NOW + 45_000, { type: 'tick' }]);
    expect(late.state.rings).toEqual([]);
    expect(late.last).toContainEqual({ type: 'sound', sound: 'quiet' });
    expect(run(late.state, accept).state.main.phase).toBe('idle');
  });

  it('rings once for the same call, however often it is told', () => {
    const twice = run(ringing, frame(ring()));
    expect(twice.state.rings).toHaveLength(1);
    expect(kinds(twice.last)).toEqual(['send']);
  });

  it('accepts an audio call with video where the person chose that', () => {
    const answered = run(ringing, { type: 'press_accept', call: A, video: true });
    expect(answered.effects.slice(0, 3)).toEqual([
      { type: 'claim', call: A, steal: true },
      { type: 'open_media', media: 1, camera: true, muted: false },
      { type: 'send', frame: { type: 'call_accept', call: A } },
    ]);
  });

  it('sends Accept again where the link broke in between', () => {
    const back = run(answering, { type: 'offline' }, frame(welcome()), frame(ring()));
    expect(frames(back.last)).toEqual(['call_accept']);
    expect(back.state.main.phase).toBe('answering');
  });

  it('sends Decline again where the link broke in between', () => {
    const back = run(ringing, { type: 'press_decline', call: A }, { type: 'offline' }, frame(welcome()), frame(ring()));
    expect(frames(back.last)).toEqual(['call_decline']);
    expect(back.state.rings).toEqual([]);
  });

  it('says that another device answered (C-12)', () => {
    const stop = frame({ type: 'ring_stopped', call: A, reason: 'answered_elsewhere' });
    const told = run(ringing, stop);
    expect(told.state.rings).toEqual([]);
    expect(told.last).toContainEqual({
      type: 'notice',
      notice: { type: 'ring_stopped', caller: 'bob', stop: 'answered_elsewhere' },
    });
    expect(run(answering, stop).state.main).toMatchObject({ phase: 'ended', ending: { stop: 'answered_elsewhere' } });
  });

  it('drops rings that the server does not repeat after a reconnection', () => {
    const back = run(ringing, { type: 'offline' }, frame(welcome()));
    expect(back.state.rings).toHaveLength(1);
    expect(run(back.state, [NOW + 10_000, { type: 'tick' }]).state.rings).toEqual([]);
    expect(run(back.state, frame(ring()), [NOW + 10_000, { type: 'tick' }]).state.rings).toHaveLength(1);
  });

  it('does not show as a caller whom one is calling', () => {
    const both = run(starting, frame(ring(B)));
    expect(both.state.rings).toHaveLength(1);
    expect(visibleRings(both.state)).toEqual([]);
    expect(kinds(both.last)).not.toContain('sound');
  });

  it('ends the call in progress before it accepts the waiting one (C-15)', () => {
    const waiting = run(active, frame(ring(B, NOW + 45_000, 'cleo')));
    expect(waiting.last).toContainEqual({ type: 'sound', sound: 'waiting' });
    const taken = run(waiting.state, { type: 'press_accept', call: B, video: false });
    expect(kinds(taken.last).slice(0, 4)).toEqual(['close_media', 'unclaim', 'claim', 'open_media']);
    expect(frames(taken.last)).toEqual(['call_hang_up', 'call_accept']);
    expect(taken.state.main).toMatchObject({ phase: 'answering', call: B });
    // The end of the first call does not touch the second.
    expect(run(taken.state, frame(ended('hung_up', A))).state.main).toMatchObject({ phase: 'answering', call: B });
  });
});

describe('in a call', () => {
  it('tells what it sends on start and on each change, and nothing else changes it (C-18)', () => {
    expect(frames(run(outgoing, frame(started())).last)).toEqual(['call_media']);
    const muted = run(active, { type: 'press_microphone' });
    expect(muted.last.slice(0, 2)).toEqual([
      { type: 'mute', media: 1, muted: true },
      {
        type: 'send',
        frame: { type: 'call_media', call: A, media: { microphone: false, camera: false, screen: false } },
      },
    ]);
    const remote = run(
      muted.state,
      frame({ type: 'call_media', call: A, media: { microphone: true, camera: true, screen: true } }),
      frame(started(2)),
    );
    expect(kinds(remote.effects).filter((kind) => kind.startsWith('open_') || kind === 'mute')).toEqual([]);
    expect(remote.state.main).toMatchObject({ own: { muted: true, camera: 'off' } });
  });

  it('gives the camera back after a shared screen, and only then', () => {
    const camera = run(active, { type: 'press_camera' }, { type: 'camera_opened', media: 1 }).state;
    const shared = run(camera, { type: 'press_screen' }, { type: 'screen_opened', media: 1 });
    expect(kinds(shared.last)).toContain('close_camera');
    expect(kinds(run(shared.state, { type: 'screen_closed', media: 1 }).last)).toContain('open_camera');
    const without = run(active, { type: 'press_screen' }, { type: 'screen_opened', media: 1 }).state;
    expect(kinds(run(without, { type: 'press_screen' }).last)).not.toContain('open_camera');
  });

  it('asks for the microphone again at the press on Unmute where there was none', () => {
    const without = run(active, { type: 'microphone_failed', media: 1, trouble: 'denied' }).state;
    expect(without.main.phase).toBe('active');
    expect(kinds(run(without, { type: 'press_microphone' }).last)).toContain('open_microphone');
  });

  it('starts media over at a newer epoch, with the same capture, and ignores older ones', () => {
    const again = run(active, frame(started(2)));
    expect(again.last).toContainEqual({
      type: 'connect',
      media: 1,
      epoch: 2,
      role: 'caller',
      path: 'direct',
      iceServers: [],
    });
    expect(kinds(again.last)).not.toContain('close_media');
    expect(again.state.main).toMatchObject({ phase: 'active', epoch: 2, loss: { tries: 0 } });
    expect(run(again.state, frame(started(1))).effects).toEqual([]);
    const description = { type: 'call_description', call: A, epoch: 1, sdp_type: 'offer', sdp: 'v=0' } as const;
    expect(run(again.state, frame(description)).effects).toEqual([]);
    expect(run(again.state, { type: 'peer_up', epoch: 1 }).effects).toEqual([]);
  });

  it('restarts ICE a bounded number of times, then says that media is lost, then ends', () => {
    let state = run(active, { type: 'peer_lost', epoch: 1, failed: false }).state;
    let told = 0;
    let restarts = 0;
    let at = NOW;
    for (let round = 0; round < 20 && state.main.phase === 'active'; round += 1) {
      at = nextTick(state) ?? Number.NaN;
      const turn = handle(state, { type: 'tick' }, at);
      state = turn.state;
      restarts += kinds(turn.effects).filter((kind) => kind === 'restart_ice').length;
      if (frames(turn.effects).includes('call_media_failed')) told = at;
    }
    expect(restarts).toBeGreaterThanOrEqual(3);
    expect(restarts).toBeLessThanOrEqual(6);
    expect(told - NOW).toBeGreaterThanOrEqual(25_000);
    expect(told - NOW).toBeLessThanOrEqual(30_000);
    expect(state.main).toMatchObject({ phase: 'ended', ending: { what: 'lost' } });
  });

  it('survives a minute without the server, and tries at once when it is back (C-19)', () => {
    const cut = run(active, { type: 'offline' }, [NOW + 59_000, { type: 'tick' }]);
    expect(cut.state.main.phase).toBe('active');
    const back = run(cut.state, [NOW + 60_000, frame(welcome(view(A, 'active')))]);
    expect(kinds(back.last)).toEqual(['send', 'restart_ice']);
    const longer = run(active, { type: 'offline' }, [NOW + 70_000, { type: 'tick' }]);
    expect(longer.state.main).toMatchObject({ phase: 'ended', ending: { what: 'offline' } });
  });

  it('starts over where an epoch was missed', () => {
    const lost = run(active, { type: 'offline' }, { type: 'peer_lost', epoch: 1, failed: true }).state;
    const back = run(
      lost,
      frame(welcome(view(A, 'active'))),
      frame({ type: 'refused', re: A, code: 'out_of_turn', title: '' }),
    );
    expect(frames(back.last)).toEqual(['call_rejoin']);
  });

  it('comes back after a reload with the microphone as it was, and only in one tab (C-19)', () => {
    expect(claiming.main).toMatchObject({ phase: 'returning', own: { muted: true } });
    const opened = run(claiming, { type: 'claim_won', call: A });
    expect(opened.effects).toContainEqual({ type: 'open_media', media: 1, camera: true, muted: true });
    expect(frames(opened.effects)).toEqual(['call_rejoin']);
    expect(kinds(run(claiming, { type: 'claim_refused', call: A }).effects)).not.toContain('open_media');
  });

  it('forgets what it remembered when that call is over', () => {
    expect(run(remembered, frame(welcome())).effects).toEqual([{ type: 'remember', value: null }]);
  });

  it('hangs up again where the first word was lost with the link', () => {
    const back = run(active, { type: 'offline' }, { type: 'press_end' }, frame(welcome(view(A, 'active'))));
    expect(frames(back.last)).toEqual(['call_hang_up']);
    expect(back.state.main.phase).toBe('ended');
  });

  it('leaves nothing open after the end (C-19)', () => {
    expect(kinds(run(active, frame(ended())).last)).toEqual(['close_media', 'unclaim', 'stay_awake', 'remember']);
  });
});

describe('a move to the relay (P-7)', () => {
  const relay = (epoch: number) => frame(started(epoch, A, 'bob', 'relay'));
  const moved = run(active, relay(2));
  const wayIn = (state: State) => ('way' in state.main ? state.main.way : null);

  it('starts media over on the relay with the same capture, and opens nothing', () => {
    expect(moved.last).toContainEqual(expect.objectContaining({ type: 'connect', media: 1, epoch: 2, path: 'relay' }));
    expect(kinds(moved.last).filter((kind) => /^(?:open|close)_/.test(kind))).toEqual([]);
    expect(moved.state.main).toMatchObject({ phase: 'active', since: NOW, way: 'moved' });
  });

  it('is said until it was read, and then no more, also after another start', () => {
    const read = run(moved.state, { type: 'press_understood' });
    expect(wayIn(read.state)).toBe('told');
    expect(wayIn(run(read.state, relay(3)).state)).toBe('told');
    expect(wayIn(run(moved.state, relay(3)).state)).toBe('moved');
  });

  it('has nothing to say where media was never direct', () => {
    expect(wayIn(run(outgoing, relay(1)).state)).toBe('relay');
    expect(wayIn(run(answering, relay(1)).state)).toBe('relay');
    expect(wayIn(run(active, { type: 'press_understood' }).state)).toBe('direct');
  });

  it('is not undone by a later start that is called direct', () => {
    const later = run(moved.state, frame(started(3)));
    expect(later.last).toContainEqual(expect.objectContaining({ type: 'connect', epoch: 3, path: 'relay' }));
  });

  it('that was missed with the link is made up for at once, with no more direct attempts', () => {
    const back = run(active, { type: 'offline' }, frame(welcome({ ...view(A, 'active'), path: 'relay' })));
    expect(frames(back.last)).toEqual(['call_rejoin']);
    expect(kinds(back.last)).not.toContain('restart_ice');
  });

  it('is known after a reload, and in another tab', () => {
    const { effects } = moved;
    const value = effects.find((effect) => effect.type === 'remember')?.value ?? null;
    expect(value).toMatchObject({ call: A, way: 'moved' });
    const again = run(
      begin(value, true),
      frame(welcome({ ...view(A, 'active'), path: 'relay' })),
      { type: 'claim_won', call: A },
      relay(3),
    );
    expect(wayIn(again.state)).toBe('moved');
    const taken = run(moved.state, { type: 'claim_lost', call: A }, { type: 'press_take' });
    const won = run(taken.state, { type: 'claim_won', call: A }, frame(started(3)));
    expect(won.last).toContainEqual(expect.objectContaining({ type: 'connect', path: 'relay' }));
  });
});

/** Follows effects and fails when one of them must not be. */
class Watch {
  media: number | null = null;
  epoch: number | null = null;
  opened = 0;
  closed = 0;
  awake = false;
  sound = 'quiet';
  held: string | null = null;
  readonly relayed = new Set<string>();

  see(event: Event, effects: readonly Effect[], state: State, now: number) {
    for (const effect of effects) this.one(event, effect);
    const { phase } = state.main;
    const call = 'call' in state.main ? (state.main.call ?? '') : '';
    for (const effect of effects) {
      if (effect.type !== 'connect') continue;
      // P-5: once on the relay, never direct again.
      if (this.relayed.has(call)) expect(effect.path).toBe('relay');
      if (effect.path === 'relay') this.relayed.add(call);
    }
    const quiet = phase === 'idle' || phase === 'ended' || phase === 'elsewhere';
    if (quiet) expect([this.media, this.held, this.awake]).toEqual([null, null, false]);
    if (visibleRings(state).length === 0 && phase !== 'outgoing') expect(this.sound).toBe('quiet');
    if (event.type === 'tick') expect(state.rings.every((entry) => entry.deadline > now)).toBe(true);
    expect(this.opened - this.closed).toBe(this.media === null ? 0 : 1);
  }

  private one(event: Event, effect: Effect) {
    const press = event.type.startsWith('press_');
    switch (effect.type) {
      case 'open_media':
        // C-11: a press on Call or Accept, or the way back into a call that had one.
        expect(['press_call', 'press_accept', 'claim_won']).toContain(event.type);
        expect(this.media).toBeNull();
        this.media = effect.media;
        this.opened += 1;
        break;
      case 'close_media':
        expect(effect.media).toBe(this.media);
        this.media = null;
        this.epoch = null;
        this.closed += 1;
        break;
      case 'connect':
        expect(effect.media).toBe(this.media);
        if (this.epoch !== null) expect(effect.epoch).toBeGreaterThan(this.epoch);
        this.epoch = effect.epoch;
        break;
      case 'restart_ice':
      case 'remote_description':
      case 'remote_candidate':
        expect(effect.epoch).toBe(this.epoch);
        break;
      case 'open_camera':
        // C-18: a press here, or the end of one's own shared screen.
        expect(press || event.type === 'screen_closed').toBe(true);
        expect(effect.media).toBe(this.media);
        break;
      case 'open_microphone':
      case 'mute':
      case 'open_screen':
        expect(press).toBe(true);
        expect(effect.media).toBe(this.media);
        break;
      case 'close_camera':
      case 'close_screen':
        expect(effect.media).toBe(this.media);
        break;
      case 'invite':
        expect(this.media).not.toBeNull();
        break;
      case 'send':
        if (effect.frame.type === 'call_accept') expect(['press_accept', 'press_call', 'frame']).toContain(event.type);
        break;
      case 'sound':
        expect(effect.sound).not.toBe(this.sound);
        this.sound = effect.sound;
        break;
      case 'stay_awake':
        expect(effect.on).not.toBe(this.awake);
        this.awake = effect.on;
        break;
      case 'claim':
        if (effect.steal && event.type !== 'press_take') this.held = effect.call;
        break;
      case 'unclaim':
        expect(effect.call).toBe(this.held);
        this.held = null;
        break;
      case 'notice':
      case 'attention':
      case 'remember':
        break;
    }
  }
}

const calls = fc.constantFrom(A, B);
const people = fc.constantFrom('bob', 'cleo');
const media = fc.integer({ min: 1, max: 4 });
const epochs = fc.integer({ min: 1, max: 4 });
const paths = fc.constantFrom<CallView['path']>('direct', 'relay');
const phases = fc.constantFrom<CallView['phase']>('ringing', 'connecting', 'active', 'ended');
const views = fc
  .tuple(calls, phases, people, paths)
  .map(([call, phase, person, path]) => ({ ...view(call, phase, person), path }));
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom(...Object.values(events)),
  fc.record({
    type: fc.constant('press_call' as const),
    attempt: fc.constantFrom('k1', 'k2', 'k3'),
    with: people,
    kind: fc.constantFrom<CallView['kind']>('audio', 'video'),
  }),
  fc.record({ type: fc.constant('press_accept' as const), call: calls, video: fc.boolean() }),
  fc.record({ type: fc.constant('press_decline' as const), call: calls }),
  fc.tuple(calls, fc.integer({ min: -5, max: 60 }), people).map(([c, s, p]) => frame(ring(c, NOW + s * 1000, p))),
  fc.tuple(epochs, calls, people, paths).map(([e, c, p, path]) => frame(started(e, c, p, path))),
  fc.array(views, { maxLength: 2 }).map((list) => frame(welcome(...list))),
  fc
    .tuple(calls, fc.constantFrom<FrameOf<'call_ended'>['reason']>('hung_up', 'declined', 'failed'))
    .map(([c, r]) => frame(ended(r, c))),
  calls.map((call) => frame({ type: 'call_active', call, since: NOW })),
  calls.map((call) => frame({ type: 'ring_stopped', call, reason: 'cancelled' })),
  fc
    .tuple(calls, fc.constantFrom('call_over' as const, 'out_of_turn' as const, 'no_relay' as const))
    .map(([re, code]) => frame({ type: 'refused', re, code, title: '' })),
  fc.record({ type: fc.constant('invited' as const), attempt: fc.constantFrom('k1', 'k2', 'k3'), view: views }),
  fc.record({
    type: fc.constant('not_invited' as const),
    attempt: fc.constantFrom('k1', 'k2', 'k3'),
    code: fc.constantFrom(null, 'too_many' as const),
  }),
  fc
    .tuple(fc.constantFrom('microphone_opened', 'camera_opened', 'screen_opened', 'screen_closed'), media)
    .map(([type, id]) => ({ type, media: id }) as Event),
  epochs.map((epoch) => ({ type: 'peer_up', epoch }) as const),
  fc.tuple(epochs, fc.boolean()).map(([epoch, failed]) => ({ type: 'peer_lost', epoch, failed }) as const),
  fc
    .tuple(fc.constantFrom('claim_won', 'claim_refused', 'claim_lost'), calls)
    .map(([type, call]) => ({ type, call }) as Event),
);

describe('before a call that went on is this tab’s', () => {
  it('captures nothing at a press, and begins as the presses say', () => {
    let { state } = handle(
      begin({ call: A, muted: true, camera: true, way: 'unknown' }, true),
      frame(welcome(view(A, 'active', 'bob'))),
      NOW,
    );
    for (const type of ['press_camera', 'press_microphone', 'press_screen'] as const) {
      const turn = handle(state, { type }, NOW);
      expect(turn.effects.filter((effect) => effect.type !== 'remember')).toEqual([]);
      state = turn.state;
    }
    const { effects } = handle(state, { type: 'claim_won', call: A }, NOW);
    expect(effects).toContainEqual(expect.objectContaining({ type: 'open_media', camera: false, muted: false }));
  });
});

describe('random walks', () => {
  const walk = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), anyEvent), { maxLength: 60 });

  it('never opens two captures, never opens one without a press, and closes each (C-11, C-18, C-19)', () => {
    fc.assert(
      fc.property(fc.boolean(), walk, (again, steps) => {
        const watch = new Watch();
        let state = begin(again ? { call: A, muted: true, camera: true, way: 'unknown' } : null, true);
        let now = NOW;
        for (const [pause, event] of steps) {
          now += pause;
          for (const each of [{ type: 'tick' } as const, event]) {
            const turn = handle(state, each, now);
            state = turn.state;
            watch.see(each, turn.effects, state, now);
          }
        }
      }),
      { numRuns: 4_000 },
    );
  });

  it('never hangs: time alone leads out of every state that waits, and never calls for the same moment twice', () => {
    fc.assert(
      fc.property(walk, (steps) => {
        let state = begin(null, true);
        let now = NOW;
        for (const [pause, event] of steps) {
          now += pause;
          state = handle(state, event, now).state;
        }
        for (let round = 0; ; round += 1) {
          expect(round).toBeLessThan(60);
          const at = nextTick(state);
          if (at === null) break;
          now = Math.max(now, at);
          state = handle(state, { type: 'tick' }, now).state;
          const next = nextTick(state);
          if (next !== null) expect(next).toBeGreaterThan(now);
        }
        expect(state.rings).toEqual([]);
        // What still waits, waits for an answer that must come (HTTP), or for nothing because media is up.
        const { main } = state;
        const still = main.phase === 'answering' || main.phase === 'returning';
        const lossy = (main.phase === 'connecting' || main.phase === 'active') && main.loss !== null;
        expect(still || lossy).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('purity', () => {
  it('keeps the browser and the framework out of the rules', () => {
    const folder = new URL('.', import.meta.url);
    const pure = readdirSync(folder).filter((name) => name.endsWith('.pure.ts'));
    expect(pure).toContain('machine.pure.ts');
    for (const name of pure) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      for (const [line, , from] of text.matchAll(/^(?:import|export)\s[^;]*?(from)\s+'([^']+)';/gm)) {
        void from;
        const target = line.match(/from\s+'([^']+)'/)?.[1] ?? '';
        const allowed = target.startsWith('./') && (target.endsWith('.pure') || /^import type/.test(line));
        expect(allowed, `${name}: ${line}`).toBe(true);
      }
      expect(text, name).not.toMatch(/\b(?:import\(|window|document|navigator|Date\.now|Math\.random|setTimeout)\b/);
    }
  });
});
