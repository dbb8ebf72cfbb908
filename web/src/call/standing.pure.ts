// What stands for as long as the state says so: capture, sounds, memory. It is computed from the state and compared
// with what stood before, so that nothing can be opened twice or left open (C-19).

import { captures } from './own.pure';
import { wayOf } from './path.pure';
import type { Effect, Main, Remembered, Ring, Sound, State } from './state.pure';

interface Standing {
  readonly media: { readonly id: number; readonly camera: boolean; readonly muted: boolean } | null;
  /** The call that this tab, and no other of this browser, is in. */
  readonly call: string | null;
  readonly sound: Sound;
  readonly attention: Ring | null;
  readonly awake: boolean;
  readonly remember: Remembered | null;
}

/** The call that a state is about, where the server has named it. */
export function callOf(main: Main): string | null {
  return 'call' in main ? main.call : null;
}

/** Rings to show. Who is being called just now is not shown as a caller: the server makes one call of the two (C-15). */
export function visibleRings(state: State): readonly Ring[] {
  const { main } = state;
  if (main.phase !== 'starting' && main.phase !== 'outgoing') return state.rings;
  return state.rings.filter((ring) => ring.caller !== main.with);
}

function held(main: Main): string | null {
  switch (main.phase) {
    case 'idle':
    case 'starting':
    case 'elsewhere':
    case 'ended':
      return null;
    case 'returning':
      return main.stage === 'rejoining' ? main.call : null;
    case 'outgoing':
    case 'answering':
    case 'connecting':
    case 'active':
      return main.call;
  }
}

function soundOf(state: State): Sound {
  const rings = visibleRings(state).length > 0;
  switch (state.main.phase) {
    case 'idle':
    case 'ended':
      return rings ? 'ring' : 'quiet';
    case 'elsewhere':
      // The tab that is in the call makes the sound.
      return 'quiet';
    case 'outgoing':
      if (rings) return 'waiting';
      return state.main.devices === 0 ? 'quiet' : 'ringback';
    case 'starting':
    case 'answering':
    case 'returning':
    case 'connecting':
    case 'active':
      return rings ? 'waiting' : 'quiet';
  }
}

function stands(state: State): Standing {
  const { main } = state;
  const call = held(main);
  const own = captures(main) && (call !== null || main.phase === 'starting') ? main.own : null;
  const remember =
    call !== null && own
      ? {
          call,
          muted: own.muted,
          camera: own.camera === 'on' || own.camera === 'opening' || own.camera === 'resting',
          way: wayOf(main),
        }
      : null;
  return {
    media: own && { id: own.media, camera: own.camera === 'opening', muted: own.muted },
    call,
    sound: soundOf(state),
    attention: visibleRings(state)[0] ?? null,
    awake: own !== null,
    remember: remember ?? state.remembered,
  };
}

function same(a: Remembered | null, b: Remembered | null): boolean {
  return a?.call === b?.call && a?.muted === b?.muted && a?.camera === b?.camera && a?.way === b?.way;
}

/** The effects that lead from one state to the next, around those of the step itself: first what ends, then what
 * begins (a capture has to exist before it is used), then the step, then what is merely seen and heard. */
export function settle(before: State, after: State, step: readonly Effect[]): Effect[] {
  const was = stands(before);
  const is = stands(after);
  const out: Effect[] = [];
  if (was.media && was.media.id !== is.media?.id) out.push({ type: 'close_media', media: was.media.id });
  if (was.call !== null && was.call !== is.call) out.push({ type: 'unclaim', call: was.call });
  if (is.call !== null && was.call !== is.call) out.push({ type: 'claim', call: is.call, steal: true });
  if (is.media && is.media.id !== was.media?.id) {
    out.push({ type: 'open_media', media: is.media.id, camera: is.media.camera, muted: is.media.muted });
  }
  out.push(...step);
  if (was.sound !== is.sound) out.push({ type: 'sound', sound: is.sound });
  if (was.attention?.call !== is.attention?.call) out.push({ type: 'attention', ring: is.attention });
  if (was.awake !== is.awake) out.push({ type: 'stay_awake', on: is.awake });
  if (!same(was.remember, is.remember)) out.push({ type: 'remember', value: is.remember });
  return out;
}
