// How a call leaves this tab, by a press, by the server or by time, and what is remembered so that late frames about it
// change nothing.

import { wayOf } from './path.pure';
import type {
  Abandoned,
  Active,
  Answering,
  Connecting,
  Effect,
  Ending,
  Finished,
  Main,
  Returning,
  Role,
  State,
} from './state.pure';

/** Calls whose late frames are still recognised. A late frame is seconds late, and nobody makes more calls than this. */
const KEPT = 16;

/** How long an unanswered request may still turn into a call: as long as a call rings, and some. */
const ABANDONED_FOR = 60_000;

/** Adds a call to those that are over for this tab. */
export function finish(state: State, call: string, ours: Finished['ours'], ending: Ending | null): State {
  const others = state.finished.filter((entry) => entry.call !== call);
  return { ...state, finished: [{ call, ours, ending }, ...others].slice(0, KEPT) };
}

/** What is known of a call that is over. */
export function finished(state: State, call: string): Finished | undefined {
  return state.finished.find((entry) => entry.call === call);
}

/** Seconds of talk. */
export function secondsOf(main: Main, now: number): number | null {
  return main.phase === 'active' ? Math.max(0, Math.floor((now - main.since) / 1000)) : null;
}

/** The side of the call that this tab was on, as far as its state says. */
function roleOf(main: Main): Role | null {
  switch (main.phase) {
    case 'starting':
    case 'outgoing':
      return 'caller';
    case 'returning':
    case 'elsewhere':
      return main.view?.role ?? null;
    case 'connecting':
    case 'active':
      return main.role;
    case 'answering':
      // Accept was pressed here, unless two people called each other (C-15); what stops a ring then is a ring's word.
      return 'callee';
    case 'ended':
      return main.role;
    case 'idle':
      return null;
  }
}

/** Over: the sentence is shown until it is dismissed. */
export function end(
  state: State,
  main: Exclude<Main, { readonly phase: 'idle' | 'elsewhere' | 'ended' }>,
  ending: Ending,
  ours: Finished['ours'],
  now: number,
): State {
  const call = 'call' in main ? main.call : null;
  const next = call === null ? state : finish(state, call, ours, ending);
  const { kind } = main;
  const seconds = secondsOf(main, now);
  const role = roleOf(main);
  return { ...next, main: { phase: 'ended', call, with: main.with, kind, role, ending, seconds, way: wayOf(main) } };
}

/** Tells the server that the person leaves, in the word that fits the state, and takes the tab out of it. */
export function leave(state: State, now: number, out: Effect[]): State {
  const { main } = state;
  const idle: Main = { phase: 'idle' };
  switch (main.phase) {
    case 'idle':
    case 'ended':
      return { ...state, main: idle };
    case 'starting':
      // The request is on its way: it is cancelled as soon as its answer names the call.
      // A request that failed or waits is in flight no more, or not yet.
      if (main.waiting) return { ...state, main: idle };
      return { ...abandon(state, main.attempt, main.with, main.retryAt !== null, now), main: idle };
    case 'outgoing':
      out.push({ type: 'send', frame: { type: 'call_cancel', call: main.call } });
      return { ...finish(state, main.call, 'cancelled', null), main: idle };
    case 'returning':
    case 'elsewhere': {
      const ringing = main.view?.phase === 'ringing';
      out.push({ type: 'send', frame: { type: ringing ? 'call_cancel' : 'call_hang_up', call: main.call } });
      return { ...finish(state, main.call, ringing ? 'cancelled' : 'left', null), main: idle };
    }
    case 'answering':
    case 'connecting':
    case 'active':
      out.push({ type: 'send', frame: { type: 'call_hang_up', call: main.call } });
      return { ...finish(state, main.call, 'left', null), main: idle };
  }
}

/** Remembers a request whose answer nobody waits for. `failed`: none will come, but the call may exist. */
export function abandon(state: State, attempt: string, handle: string, failed: boolean, now: number): State {
  const entry: Abandoned = { attempt, with: handle, until: now + ABANDONED_FOR, failed };
  return { ...state, abandoned: [...state.abandoned, entry] };
}

/** Nothing helped: the tab leaves, and tells the server so. */
export function giveUp(
  state: State,
  main: Answering | Returning | Connecting | Active,
  what: 'lost' | 'offline',
  now: number,
  out: Effect[],
): State {
  out.push({ type: 'send', frame: { type: 'call_hang_up', call: main.call } });
  return end(state, main, { type: 'local', what }, 'left', now);
}

/** Tells the server again what it may have missed about a call that is over here. */
export function sayAgain(entry: Finished, ringing: boolean, out: Effect[]): void {
  const { call, ours } = entry;
  if (ours === null) return;
  if (ours === 'declined') out.push({ type: 'send', frame: { type: 'call_decline', call } });
  else out.push({ type: 'send', frame: { type: ringing ? 'call_cancel' : 'call_hang_up', call } });
}

/** Whether media was ever up or about to be. */
export function talks(main: Main): main is Connecting | Active {
  return main.phase === 'connecting' || main.phase === 'active';
}
