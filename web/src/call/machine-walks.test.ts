// The machine on anything in any order: what must never happen, and that it never hangs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handle, nextTick } from './machine.pure';
import { A, B, ended, events, type FrameOf, frame, NOW, ring, started, view, welcome } from './machine-world';
import type { CallView } from './port';
import { visibleRings } from './standing.pure';
import { begin, type Effect, type Event, type State } from './state.pure';

/** Follows effects and fails when one of them must not be. */
class Watch {
  media: number | null = null;
  epoch: number | null = null;
  path: string | null = null;
  opened = 0;
  closed = 0;
  awake = false;
  sound = 'quiet';
  held: string | null = null;
  readonly relayed = new Set<string>();
  /** Calls whose notification was pressed. */
  readonly notified = new Set<string>();

  see(event: Event, effects: readonly Effect[], state: State, now: number) {
    if (event.type === 'press_notification') this.notified.add(event.call);
    const { phase } = state.main;
    const call = 'call' in state.main ? (state.main.call ?? '') : '';
    for (const effect of effects) this.one(event, effect, call);
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

  private one(event: Event, effect: Effect, call: string) {
    const press = event.type.startsWith('press_');
    switch (effect.type) {
      case 'open_media':
        // C-11: a press on Call or Accept, here or on this call's notification, or the way back into a call that had one.
        if (!this.notified.has(call)) expect(['press_call', 'press_accept', 'claim_won']).toContain(event.type);
        expect(this.media).toBeNull();
        this.media = effect.media;
        this.opened += 1;
        break;
      case 'close_media':
        expect(effect.media).toBe(this.media);
        this.media = null;
        this.epoch = null;
        this.path = null;
        this.closed += 1;
        break;
      case 'connect':
        expect(effect.media).toBe(this.media);
        if (this.epoch !== null) expect(effect.epoch).toBeGreaterThan(this.epoch);
        // P-7: what goes on has the same path.
        if (effect.carried) expect(effect.path).toBe(this.path);
        this.epoch = effect.epoch;
        this.path = effect.path;
        break;
      case 'servers':
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
        if (effect.frame.type === 'call_accept' && !this.notified.has(effect.frame.call)) {
          expect(['press_accept', 'press_call', 'frame']).toContain(event.type);
        }
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
  fc.record({ type: fc.constant('press_notification' as const), call: calls, caller: people }),
  fc.record({ type: fc.constant('press_decline' as const), call: calls, text: fc.constantFrom(null, 'Later.') }),
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
  epochs.map((epoch) => ({ type: 'peer_stranded', epoch }) as const),
  fc.constant({ type: 'carrier_lost' } as const),
  fc
    .tuple(fc.constantFrom('claim_won', 'claim_refused', 'claim_lost'), calls)
    .map(([type, call]) => ({ type, call }) as Event),
);

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
