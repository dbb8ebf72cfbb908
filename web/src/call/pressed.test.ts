// Answer on the notification of a ring (C-11): what it does in a page that knows the call, and in one that does not yet.

import { describe, expect, it } from 'vitest';
import { nextTick } from './machine.pure';
import { A, active, B, ended, frame, idle, NOW, ring, ringing, run, view, welcome } from './machine-world';
import { REACH, REPEAT } from './pressed.pure';
import { begin, type Effect } from './state.pure';

const press = { type: 'press_notification', call: A, caller: 'bob' } as const;
const accepts = (effects: Effect[]) =>
  effects.flatMap((effect) =>
    effect.type === 'send' && effect.frame.type === 'call_accept' ? [effect.frame.call] : [],
  );
const words = (effects: Effect[]) => effects.flatMap((effect) => (effect.type === 'notice' ? [effect.notice] : []));

describe('Answer on a notification', () => {
  it('answers the ring that is here, without the camera', () => {
    const { state, effects } = run(ringing, press);
    expect(state.main).toMatchObject({ phase: 'answering', call: A, own: { camera: 'off' } });
    expect(accepts(effects)).toEqual([A]);
  });

  it('answers the ring that comes with the first welcome, without a sound before', () => {
    const { state, effects } = run(begin(null, false), press, frame(welcome()), frame(ring(A)));
    expect(state.main.phase).toBe('answering');
    expect(accepts(effects)).toEqual([A]);
    expect(effects.filter((effect) => effect.type === 'sound' && effect.sound === 'ring')).toEqual([]);
  });

  it('answers only the call that was pressed', () => {
    const { state, effects } = run(idle, press, frame(ring(B, NOW + 45_000, 'cleo')));
    expect(state.main.phase).toBe('idle');
    expect(accepts(effects)).toEqual([]);
  });

  it('answers once', () => {
    const { effects, state } = run(ringing, press, frame(ended('hung_up')), frame(ring(A)));
    expect(accepts(effects)).toEqual([A]);
    expect(state.pressed).toBeNull();
  });

  it('says so when the call is over', () => {
    const { effects, state } = run(ringing, frame({ type: 'ring_stopped', call: A, reason: 'cancelled' }), press);
    expect(words(effects).at(-1)).toEqual({ type: 'pressed_late', caller: 'bob', why: 'over' });
    expect(state.pressed).toBeNull();
  });

  it('says so when the ring does not come, and does not answer it later', () => {
    const waits = run(idle, press);
    expect(words(waits.effects)).toEqual([]);
    const at = nextTick(waits.state);
    expect(at).toBe(NOW + 1 + REPEAT);
    const { effects, state } = run(waits.state, [at ?? 0, { type: 'tick' }], frame(ring(A, NOW + 45_000)));
    expect(words(effects)).toEqual([{ type: 'pressed_late', caller: 'bob', why: 'over' }]);
    expect(accepts(effects)).toEqual([]);
    expect(state.rings.map((entry) => entry.call)).toEqual([A]);
  });

  it('waits longer for the server than for the ring after it', () => {
    const away = run(begin(null, false), press).state;
    expect(nextTick(away)).toBe(NOW + 1 + REACH);
    expect(nextTick(run(away, [NOW + 100, frame(welcome())]).state)).toBe(NOW + 100 + REPEAT);
  });

  it('says that Birdcall is out of reach where it is', () => {
    const { effects } = run(begin(null, false), press, [NOW + 2 * REACH, { type: 'tick' }]);
    expect(words(effects)).toEqual([{ type: 'pressed_late', caller: 'bob', why: 'unreached' }]);
  });

  it('ends no other call: the ring waits on the screen (C-15)', () => {
    const { state, effects } = run(active, frame(ring(B)), { ...press, call: B });
    expect(state.main.phase).toBe('active');
    expect(accepts(effects)).toEqual([]);
    expect(state.rings.map((entry) => entry.call)).toEqual([B]);
  });

  it('is nothing new in the call itself', () => {
    const { state, effects } = run(active, press);
    expect(words(effects)).toEqual([]);
    expect(state.main).toBe(active.main);
    expect(run(idle, frame(welcome(view(A, 'active'))), press).state.pressed).toBeNull();
  });
});
