// A ring that was answered by its notification, while this page was closed or behind others. The press is a person's own
// (C-11); the worker says which call it meant, and the ring itself comes from the server with the first `welcome`.

import { finished } from './endings.pure';
import { callOf } from './standing.pure';
import type { Effect, Pressed, State } from './state.pure';

/** How long a page that was just opened may take to reach the server. */
export const REACH = 10_000;
/** The server tells what rings right after `welcome`. A page that has not heard of it by then never will. */
export const REPEAT = 3_000;

/** A press, and until when it waits for its ring. */
export function pressed(call: string, caller: string, online: boolean, now: number): Pressed {
  return { call, caller, until: now + (online ? REPEAT : REACH) };
}

/** The server is reached: the ring comes at once or not at all. */
export function welcomed(press: Pressed | null, now: number): Pressed | null {
  return press && { ...press, until: Math.min(press.until, now + REPEAT) };
}

/** What becomes of the press now: the call to answer, a word that it is too late, or nothing yet. */
export type Outcome = 'wait' | 'answer' | 'drop' | 'over' | 'unreached';

/** Looks at a press. During another call the ring waits on the screen, where its buttons say what they end (C-15). */
export function outcome(state: State, pressed: Pressed, now: number): Outcome {
  const { main } = state;
  if (callOf(main) === pressed.call) return 'drop';
  if (finished(state, pressed.call)) return 'over';
  const rings = state.rings.some((ring) => ring.call === pressed.call && ring.deadline > now);
  if (rings) return main.phase === 'idle' || main.phase === 'ended' ? 'answer' : 'drop';
  if (now < pressed.until) return 'wait';
  return state.online ? 'over' : 'unreached';
}

/** The press, or nothing where it has had its effect. `answer` accepts the ring. */
export function settlePressed(
  state: State,
  now: number,
  out: Effect[],
  answer: (state: State, call: string) => State,
): State {
  const { pressed } = state;
  if (!pressed) return state;
  const what = outcome(state, pressed, now);
  switch (what) {
    case 'wait':
      return state;
    case 'answer':
      return answer({ ...state, pressed: null }, pressed.call);
    case 'drop':
      return { ...state, pressed: null };
    case 'over':
    case 'unreached':
      out.push({ type: 'notice', notice: { type: 'pressed_late', caller: pressed.caller, why: what } });
      return { ...state, pressed: null };
  }
}
