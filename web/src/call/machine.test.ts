import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { handle, nextTick } from './machine.pure';
import {
  A,
  accept,
  active,
  answering,
  B,
  claiming,
  connecting,
  elsewhere,
  ended,
  events,
  frame,
  idle,
  NOW,
  outgoing,
  over,
  pressCall,
  rejoining,
  remembered,
  ring,
  ringing,
  run,
  started,
  starting,
  view,
  welcome,
} from './machine-world';
import { visibleRings } from './standing.pure';
import { begin, type Effect, type Event, type Main, type State } from './state.pure';

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
    press_notification: 'answering',
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

describe('the ring-back tone', () => {
  const invited = (devices: number | null) =>
    run(starting, { type: 'invited', attempt: 'k1', view: { ...view(), ringing_devices: devices } });

  it('waits for the server to take the call', () => {
    expect(kinds(run(idle, pressCall).effects)).not.toContain('sound');
    expect(kinds(run(starting, { type: 'offline' }).effects)).not.toContain('sound');
  });

  it('is heard by who may not know whether it rings (C-6, C-16)', () => {
    expect(invited(null).last).toContainEqual({ type: 'sound', sound: 'ringback' });
  });

  it('is not heard by who may know that it rings nowhere, before some device says that it does (C-16)', () => {
    const nowhere = invited(0);
    expect(kinds(nowhere.last)).not.toContain('sound');
    const later = run(nowhere.state, [NOW + 30_000, { type: 'tick' }]);
    expect(kinds(later.last)).not.toContain('sound');
    const somewhere = run(later.state, frame({ type: 'call_progress', call: A, devices: 1 }));
    expect(somewhere.last).toEqual([{ type: 'sound', sound: 'ringback' }]);
  });

  it('ends with the ring, however that ends', () => {
    for (const last of [frame(started()), frame(ended('declined')), frame(ended('no_answer'))]) {
      expect(run(outgoing, last).effects).toContainEqual({ type: 'sound', sound: 'quiet' });
    }
    expect(run(outgoing, { type: 'press_end' }).effects).toContainEqual({ type: 'sound', sound: 'quiet' });
  });
});

describe('who ended a call', () => {
  const role = (state: State) => (state.main.phase === 'ended' ? state.main.role : undefined);

  it('is told from the right side', () => {
    expect(role(run(outgoing, frame(ended('cancelled'))).state)).toBe('caller');
    expect(role(run(answering, frame(ended('cancelled'))).state)).toBe('callee');
    expect(role(run(active, frame(ended())).state)).toBe('caller');
  });
});

describe('a picture that is held back', () => {
  const hold: Event = { type: 'picture_held', media: 1, held: true };
  const told = (effects: Effect[]) =>
    effects.flatMap((effect) =>
      effect.type === 'send' && effect.frame.type === 'call_media' ? [effect.frame.media] : [],
    );
  const filmed = run(active, { type: 'press_camera' }, { type: 'camera_opened', media: 1 }).state;

  it('is told to the other side, and stays the person’s own choice to send', () => {
    const poor = run(filmed, hold);
    expect(told(poor.last)).toEqual([{ microphone: true, camera: true, screen: false, held: true }]);
    expect(kinds(poor.last)).toEqual(['send']);
    const back = run(poor.state, { type: 'picture_held', media: 1, held: false });
    expect(told(back.last)).toEqual([{ microphone: true, camera: true, screen: false, held: false }]);
  });

  it('is no picture where there is none: a camera that is off is not paused', () => {
    const poor = run(active, hold);
    expect(told(poor.last)).toEqual([{ microphone: true, camera: false, screen: false, held: false }]);
    const filming = run(poor.state, { type: 'press_camera' }, { type: 'camera_opened', media: 1 });
    expect(told(filming.last)).toEqual([{ microphone: true, camera: true, screen: false, held: true }]);
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
    const back = run(
      ringing,
      { type: 'press_decline', call: A, text: null },
      { type: 'offline' },
      frame(welcome()),
      frame(ring()),
    );
    expect(frames(back.last)).toEqual(['call_decline']);
    expect(back.state.rings).toEqual([]);
  });

  it('declines with a message to who called, once, and only while it rings', () => {
    const press: Event = { type: 'press_decline', call: A, text: "I'll call you back." };
    const declined = run(ringing, press);
    expect(frames(declined.effects)).toEqual(['call_decline']);
    expect(declined.effects).toContainEqual({ type: 'write', to: 'bob', text: "I'll call you back." });
    expect(run(declined.state, press).effects).toEqual([]);
    // Where the link broke, Decline is said again; the outbox sees to the message.
    const back = run(declined.state, { type: 'offline' }, frame(welcome()), frame(ring()));
    expect(kinds(back.effects)).toEqual(['send']);
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
        frame: { type: 'call_media', call: A, media: { microphone: false, camera: false, screen: false, held: false } },
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
      carried: true,
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
    for (let round = 0; round < 40 && state.main.phase === 'active'; round += 1) {
      at = nextTick(state) ?? Number.NaN;
      const turn = handle(state, { type: 'tick' }, at);
      state = turn.state;
      restarts += kinds(turn.effects).filter((kind) => kind === 'restart_ice').length;
      if (frames(turn.effects).includes('call_media_failed')) told = at;
    }
    expect(restarts).toBeGreaterThanOrEqual(3);
    expect(restarts).toBeLessThanOrEqual(13);
    // A laptop that was closed for a minute is back by then (C-19).
    expect(told - NOW).toBeGreaterThanOrEqual(70_000);
    expect(told - NOW).toBeLessThanOrEqual(80_000);
    expect(state.main).toMatchObject({ phase: 'ended', ending: { what: 'lost' } });
  });

  it('says sooner that media does not come at first', () => {
    let state = connecting;
    let at = NOW;
    for (let told = false; !told; ) {
      at = nextTick(state) ?? Number.NaN;
      const turn = handle(state, { type: 'tick' }, at);
      state = turn.state;
      told = frames(turn.effects).includes('call_media_failed');
    }
    expect(at - NOW).toBeGreaterThanOrEqual(25_000);
    expect(at - NOW).toBeLessThanOrEqual(30_000);
  });

  it('doubts the line as soon as the other side falls silent, and restarts ICE at once when there is another', () => {
    const quiet = run(active, { type: 'peer_quiet', epoch: 1, quiet: true });
    expect(quiet.last).toEqual([{ type: 'doubt_link' }]);
    const back = run(quiet.state, { type: 'offline' }, frame(welcome(view(A, 'active'))));
    expect(back.last).toContainEqual({ type: 'restart_ice', epoch: 1, sure: true });
    expect(back.state.main).toMatchObject({ loss: { tries: 1 } });
    const heard = run(back.state, { type: 'peer_quiet', epoch: 1, quiet: false });
    expect(heard.state.main).toMatchObject({ loss: null });
    // The silence of an epoch before means nothing.
    expect(run(active, { type: 'peer_quiet', epoch: 2, quiet: true }).effects).toEqual([]);
    // Nor does that of somebody without a microphone.
    const media = { microphone: false, camera: false, screen: false };
    const deaf = run(active, frame({ type: 'call_media', call: A, media }), {
      type: 'peer_quiet',
      epoch: 1,
      quiet: true,
    });
    expect(deaf.last).toEqual([{ type: 'doubt_link' }]);
    expect(deaf.state.main).toMatchObject({ loss: null });
  });

  it('restarts ICE as soon as another network leads to the server, and not by the one before', () => {
    const moved: Event = { type: 'network_changed', moved: true };
    const left = run(active, { type: 'offline' }, moved);
    expect(kinds(left.effects)).toEqual([]);
    const back = run(left.state, frame(welcome(view(A, 'active'))));
    expect(back.last).toContainEqual({ type: 'restart_ice', epoch: 1, sure: true });
    expect(run(active, moved).last).toEqual([{ type: 'restart_ice', epoch: 1, sure: true }]);
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

describe('media that flows while its next attempt is set up', () => {
  const media = { microphone: false, camera: false, screen: false, held: false };
  const muted = run(active, frame({ type: 'call_media', call: A, media })).state;
  const next = run(muted, frame(started(2)));

  it('goes on until that one is up, with what the other side has said', () => {
    expect(next.state.main).toMatchObject({ carried: true, remote: media, said: false });
    expect(run(next.state, { type: 'peer_up', epoch: 2 }).state.main).toMatchObject({ carried: false, loss: null });
  });

  it('also until one after that, where it never came up', () => {
    expect(run(next.state, frame(started(3))).last).toContainEqual(
      expect.objectContaining({ epoch: 3, carried: true }),
    );
  });

  it('is lost with what carried it', () => {
    const silent = run(next.state, { type: 'carrier_lost' });
    expect(silent.state.main).toMatchObject({ carried: false, loss: { tries: 0 } });
    expect(run(silent.state, frame(started(3))).last).toContainEqual(expect.objectContaining({ carried: false }));
  });

  it('has to flow for that', () => {
    const lost = run(active, { type: 'peer_lost', epoch: 1, failed: true }).state;
    for (const state of [lost, connecting]) {
      expect(run(state, frame(started(2))).last).toContainEqual(expect.objectContaining({ carried: false }));
    }
  });

  it('is cut off at once by a tighter path, also by one that was known before (P-7)', () => {
    const relay = frame(started(2, A, 'bob', 'relay'));
    expect(run(active, relay).last).toContainEqual(expect.objectContaining({ path: 'relay', carried: false }));
    const back = run(active, { type: 'offline' }, frame(welcome({ ...view(A, 'active'), path: 'relay' })));
    expect(run(back.state, relay).last).toContainEqual(expect.objectContaining({ path: 'relay', carried: false }));
  });
});

describe('a relay that goes away under a direct call', () => {
  const iceServers = [{ urls: ['turn:two.example:3478?transport=udp'], username: 'u', credential: 'c' }];
  const told = run(active, frame({ ...started(1), ice_servers: iceServers }));

  it('is exchanged for the next restart, and nothing starts over', () => {
    expect(told.last).toEqual([{ type: 'servers', epoch: 1, iceServers }]);
    expect(told.state).toEqual(active);
    expect(run(run(active, frame(started(2))).state, frame({ ...started(1), ice_servers: iceServers })).last).toEqual(
      [],
    );
  });

  it('is left at once by media that goes over it', () => {
    const stranded = { type: 'peer_stranded', epoch: 1 } as const;
    expect(run(told.state, stranded).last).toEqual([{ type: 'send', frame: { type: 'call_rejoin', call: A } }]);
    // Another attempt is under way already, or nobody would hear it.
    expect(run(told.state, frame(started(2)), stranded).last).toEqual([]);
    expect(run(told.state, { type: 'offline' }, stranded).last).toEqual([]);
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
