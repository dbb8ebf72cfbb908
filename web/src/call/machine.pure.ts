// The call machine: state and event in, state and effects out. It reads no clock and draws no chance; `now` is the
// server's time in milliseconds. The session performs the effects and brings the answers back as events.

import { abandon, end, finish, finished, giveUp, leave, talks } from './endings.pure';
import { answeringFrom, ringingOf, stepFrame } from './frames.pure';
import { captures, newOwn, type OwnEvent, stepOwn, tellMedia } from './own.pure';
import { announced, wayOf } from './path.pure';
import type { CallView, Code } from './port';
import { pressed, settlePressed } from './pressed.pure';
import { lost, OFFLINE_LIMIT, recover, recoverAt, retry } from './recovery.pure';
import { callOf, settle } from './standing.pure';
import type { Effect, Event, Main, State } from './state.pure';

/** Requests that got no answer are repeated, with the same key, this often … */
const MAX_RETRIES = 3;
/** … and after this long. */
const RETRY_AFTER = 1_500;
/** `call_started` follows an Accept at once; later than this, it was lost. */
const ANSWER_PATIENCE = 8_000;
/** The server ends a call at its deadline and says so; this long after, its word was lost. */
const DEADLINE_PATIENCE = 5_000;

/** One step. */
export function handle(before: State, event: Event, now: number): { state: State; effects: Effect[] } {
  const step: Effect[] = [];
  const answer = (state: State, call: string) => pressAccept(state, call, false, now, step);
  const state = settlePressed(advance(before, event, now, step), now, step, answer);
  return { state, effects: settle(before, state, step) };
}

function advance(state: State, event: Event, now: number, out: Effect[]): State {
  switch (event.type) {
    case 'press_call':
      return pressCall(state, event, now, out);
    case 'press_accept':
      return pressAccept(state, event.call, event.video, now, out);
    case 'press_decline': {
      const ring = state.rings.find((entry) => entry.call === event.call);
      if (!ring) return state;
      out.push({ type: 'send', frame: { type: 'call_decline', call: ring.call } });
      // Its own sentence or one that was offered: a person has chosen it, so it is a message like any other (C-1).
      if (event.text !== null) out.push({ type: 'write', to: ring.caller, text: event.text });
      const rings = state.rings.filter((entry) => entry !== ring);
      return finish({ ...state, rings }, ring.call, 'declined', null);
    }
    case 'press_notification':
      return { ...state, pressed: pressed(event.call, event.caller, state.online, now) };
    case 'press_end':
      return pressEnd(state, now, out);
    case 'press_take': {
      const { main } = state;
      if (main.phase !== 'elsewhere') return state;
      out.push({ type: 'claim', call: main.call, steal: true });
      const own = newOwn(state.nextMedia, false);
      const { call, kind, view, way } = main;
      return {
        ...state,
        nextMedia: state.nextMedia + 1,
        main: { phase: 'returning', call, with: main.with, kind, stage: 'claiming', view, way, own, at: now },
      };
    }
    case 'press_understood':
      if (!talks(state.main) || state.main.way !== 'moved') return state;
      return { ...state, main: { ...state.main, way: 'told' } };
    case 'dismiss':
      return state.main.phase === 'ended' ? { ...state, main: { phase: 'idle' } } : state;
    case 'press_microphone':
    case 'press_camera':
    case 'press_screen':
    case 'microphone_opened':
    case 'microphone_failed':
    case 'camera_opened':
    case 'camera_failed':
    case 'screen_opened':
    case 'screen_closed':
    case 'picture_held':
      return stepCapture(state, event, out);
    case 'frame':
      return stepFrame(state, event.frame, now, out);
    case 'invited':
      return invited(state, event.attempt, event.view, now, out);
    case 'not_invited':
      return notInvited(state, event.attempt, event.code, now, out);
    case 'offline':
      return state.online ? { ...state, online: false, offlineSince: now } : state;
    case 'network_changed':
      return networkChanged(state, event.moved, now, out);
    case 'peer_up':
      return peerUp(state, event.epoch, out);
    case 'peer_quiet':
      return peerQuiet(state, event.epoch, event.quiet, now, out);
    case 'peer_lost':
      if (!talks(state.main) || state.main.epoch !== event.epoch) return state;
      return { ...state, main: { ...state.main, loss: lost(state.main.loss, event.failed, now) } };
    case 'peer_stranded':
      // Without a link it stays where it is; when that relay is gone, ICE restarts with the servers that it has now.
      if (talks(state.main) && state.main.epoch === event.epoch && state.online) {
        out.push({ type: 'send', frame: { type: 'call_rejoin', call: state.main.call } });
      }
      return state;
    case 'carrier_lost':
      if (!talks(state.main) || !state.main.carried) return state;
      return { ...state, main: { ...state.main, carried: false } };
    case 'peer_description':
      if (talks(state.main) && state.main.epoch === event.epoch) {
        const { call, epoch } = state.main;
        out.push({
          type: 'send',
          frame: { type: 'call_description', call, epoch, sdp_type: event.sdpType, sdp: event.sdp },
        });
      }
      return state;
    case 'peer_candidate':
      if (talks(state.main) && state.main.epoch === event.epoch) {
        const { call, epoch } = state.main;
        const { candidate, mid, ufrag } = event;
        out.push({ type: 'send', frame: { type: 'call_candidate', call, epoch, candidate, mid, ufrag } });
      }
      return state;
    case 'claim_won':
      return claimWon(state, event.call, now, out);
    case 'claim_refused':
    case 'claim_lost': {
      const { main } = state;
      if (callOf(main) !== event.call || !captures(main) || main.phase === 'starting') return state;
      // Refused concerns only who is still asking; who has the call is never refused.
      const asking = main.phase === 'returning' && main.stage === 'claiming';
      if ((event.type === 'claim_refused') !== asking) return state;
      const view = main.phase === 'returning' ? main.view : null;
      const { call, kind } = main;
      return { ...state, main: { phase: 'elsewhere', call, with: main.with, kind, view, way: wayOf(main) } };
    }
    case 'tick':
      return tick(state, now, out);
  }
}

function pressCall(state: State, event: Extract<Event, { type: 'press_call' }>, now: number, out: Effect[]): State {
  const { main } = state;
  const ring = state.rings.find((entry) => entry.caller === event.with);
  if (main.phase !== 'idle' && main.phase !== 'ended') {
    if (!('with' in main) || main.with !== event.with || main.phase === 'elsewhere') {
      out.push({ type: 'notice', notice: { type: 'in_a_call' } });
    }
    return state;
  }
  // Calling somebody who is ringing here is answering them.
  if (ring) return pressAccept(state, ring.call, event.kind === 'video', now, out);
  const waiting = state.abandoned.some((entry) => !entry.failed);
  if (!waiting) out.push({ type: 'invite', attempt: event.attempt, with: event.with, kind: event.kind });
  return {
    ...state,
    nextMedia: state.nextMedia + 1,
    main: {
      phase: 'starting',
      attempt: event.attempt,
      with: event.with,
      kind: event.kind,
      own: newOwn(state.nextMedia, event.kind === 'video'),
      waiting,
      retries: 0,
      retryAt: null,
      early: null,
    },
  };
}

function pressAccept(before: State, call: string, video: boolean, now: number, out: Effect[]): State {
  const ring = before.rings.find((entry) => entry.call === call);
  if (!ring || ring.deadline <= now) return before;
  // "End and accept" (C-15): the old call is left first, so there is never a second capture.
  const state = leave(before, now, out);
  out.push({ type: 'send', frame: { type: 'call_accept', call } });
  const own = newOwn(state.nextMedia, video);
  return {
    ...state,
    nextMedia: state.nextMedia + 1,
    rings: state.rings.filter((entry) => entry !== ring),
    main: answeringFrom({ call, with: ring.caller, kind: ring.kind, own }, 'unknown', now),
  };
}

function pressEnd(state: State, now: number, out: Effect[]): State {
  const { main } = state;
  const next = leave(state, now, out);
  if (!talks(main)) return next;
  return end(next, main, { type: 'local', what: 'left' }, 'left', now);
}

function stepCapture(state: State, event: OwnEvent, out: Effect[]): State {
  const { main } = state;
  if (!captures(main)) return state;
  // Nothing is captured before the call is this tab's: until then a press only says how it is to begin.
  const early = main.phase === 'returning' && main.stage === 'claiming';
  if (early && event.type !== 'press_microphone' && event.type !== 'press_camera') return state;
  const own = stepOwn(main.own, event, early ? [] : out);
  if (own === main.own) return state;
  const next = { ...main, own };
  tellMedia(next, out);
  return { ...state, main: next };
}

function invited(before: State, attempt: string, view: CallView, now: number, out: Effect[]): State {
  const state = resolved(before, attempt, out);
  const { main } = state;
  if (main.phase !== 'starting' || main.attempt !== attempt) {
    if (callOf(main) === view.call || finished(state, view.call) || view.phase === 'ended') return state;
    // Nobody waits for this call any more.
    const ringing = view.phase === 'ringing';
    out.push({ type: 'send', frame: { type: ringing ? 'call_cancel' : 'call_hang_up', call: view.call } });
    return finish(state, view.call, ringing ? 'cancelled' : 'left', null);
  }
  const { kind, own, early } = main;
  const named = { call: view.call, with: main.with, kind, own };
  const over = finished(state, view.call);
  switch (view.phase) {
    case 'ringing': {
      if (over) return end(state, { ...main, ...named }, over.ending ?? { type: 'local', what: 'gone' }, null, now);
      const ringing = ringingOf(view, now);
      const devices = early?.call === view.call ? early.devices : ringing.devices;
      return { ...state, main: { phase: 'outgoing', ...named, ...ringing, devices } };
    }
    case 'connecting':
    case 'active':
      if (over) return end(state, { ...main, ...named }, over.ending ?? { type: 'local', what: 'gone' }, null, now);
      return { ...state, main: answeringFrom(named, announced(view.path), now) };
    case 'ended': {
      const silent = { type: 'server', reason: 'no_answer', detail: null } as const;
      return end(finish(state, view.call, null, over?.ending ?? silent), main, over?.ending ?? silent, null, now);
    }
  }
}

function notInvited(before: State, attempt: string, code: Code | null, now: number, out: Effect[]): State {
  const state = resolved(before, attempt, out, code === null);
  const { main } = state;
  if (main.phase !== 'starting' || main.attempt !== attempt) return state;
  if (code !== null) return end(state, main, { type: 'refused', code }, null, now);
  if (main.retries < MAX_RETRIES) {
    return { ...state, main: { ...main, retries: main.retries + 1, retryAt: now + RETRY_AFTER } };
  }
  const next = end(state, main, { type: 'local', what: 'unreachable' }, null, now);
  // The request may have arrived all the same; `welcome` will tell.
  return abandon(next, attempt, main.with, true, now);
}

/** An abandoned request is answered; a new one that waited for that may go. */
function resolved(state: State, attempt: string, out: Effect[], failed = false): State {
  const entry = state.abandoned.find((other) => other.attempt === attempt);
  if (!entry) return state;
  const others = state.abandoned.filter((other) => other !== entry);
  return released({ ...state, abandoned: failed ? [...others, { ...entry, failed }] : others }, out);
}

function released(state: State, out: Effect[]): State {
  const { main } = state;
  if (main.phase !== 'starting' || !main.waiting || state.abandoned.some((other) => !other.failed)) return state;
  out.push({ type: 'invite', attempt: main.attempt, with: main.with, kind: main.kind });
  return { ...state, main: { ...main, waiting: false } };
}

function peerUp(state: State, epoch: number, out: Effect[]): State {
  const { main } = state;
  if (!talks(main) || main.epoch !== epoch) return state;
  if (main.said || !state.online) return { ...state, main: { ...main, loss: null, carried: false } };
  out.push({ type: 'send', frame: { type: 'call_connected', call: main.call, epoch } });
  return { ...state, main: { ...main, loss: null, carried: false, said: true } };
}

function peerQuiet(state: State, epoch: number, quiet: boolean, now: number, out: Effect[]): State {
  const { main } = state;
  if (!talks(main) || main.epoch !== epoch) return state;
  if (!quiet) return main.loss === null ? state : peerUp(state, epoch, out);
  out.push({ type: 'doubt_link' });
  // Whoever has lost the microphone sends nothing, and says so.
  if (main.remote?.microphone === false) return state;
  return { ...state, main: { ...main, loss: lost(main.loss, false, now) } };
}

function networkChanged(state: State, moved: boolean, now: number, out: Effect[]): State {
  const { main } = state;
  if (!talks(main)) return state;
  if (moved) {
    const next = { ...main, loss: lost(main.loss, true, now) };
    // Through the socket of the network before, nothing would arrive: the next `welcome` brings the restart.
    return { ...state, main: state.online ? retry(next, now, out) : next };
  }
  if (!state.online) return state;
  out.push({ type: 'doubt_link' });
  return { ...state, main: retry(main, now, out) };
}

function claimWon(state: State, call: string, now: number, out: Effect[]): State {
  const { main } = state;
  if (main.phase !== 'returning' || main.stage !== 'claiming' || main.call !== call) return state;
  const { kind, own, view } = main;
  if (view?.phase === 'ringing') {
    return { ...state, main: { phase: 'outgoing', call, with: main.with, kind, own, ...ringingOf(view, now) } };
  }
  out.push({ type: 'send', frame: { type: 'call_rejoin', call } });
  return { ...state, main: { ...main, stage: 'rejoining', at: now } };
}

function tick(before: State, now: number, out: Effect[]): State {
  let state = before;
  for (const ring of before.rings) {
    if (ring.deadline > now && (ring.staleAt === null || ring.staleAt > now)) continue;
    const rings = state.rings.filter((entry) => entry !== ring);
    state = finish({ ...state, rings }, ring.call, null, { type: 'ring', stop: 'no_answer' });
    out.push({ type: 'notice', notice: { type: 'ring_stopped', caller: ring.caller, stop: 'no_answer' } });
  }
  if (state.abandoned.some((entry) => entry.until <= now)) {
    state = released({ ...state, abandoned: state.abandoned.filter((entry) => entry.until > now) }, out);
  }
  return tickMain(state, now, out);
}

function tickMain(state: State, now: number, out: Effect[]): State {
  const { main, online, offlineSince } = state;
  switch (main.phase) {
    case 'idle':
    case 'elsewhere':
    case 'ended':
      return state;
    case 'starting':
      if (main.retryAt === null || now < main.retryAt) return state;
      out.push({ type: 'invite', attempt: main.attempt, with: main.with, kind: main.kind });
      return { ...state, main: { ...main, retryAt: null } };
    case 'outgoing':
      if (main.deadline === null || now < main.deadline + DEADLINE_PATIENCE) return state;
      return end(state, main, { type: 'server', reason: 'no_answer', detail: null }, 'cancelled', now);
    case 'answering':
      if (offlineFor(offlineSince, now)) return giveUp(state, main, 'offline', now, out);
      if (!online || now < main.at + ANSWER_PATIENCE) return state;
      if (main.asked) return giveUp(state, main, 'lost', now, out);
      out.push({ type: 'send', frame: { type: 'call_rejoin', call: main.call } });
      return { ...state, main: { ...main, asked: true, at: now } };
    case 'returning':
      if (offlineFor(offlineSince, now)) return giveUp(state, main, 'offline', now, out);
      if (!online || now < main.at + ANSWER_PATIENCE) return state;
      return giveUp(state, main, 'lost', now, out);
    case 'connecting':
    case 'active': {
      if (offlineFor(offlineSince, now)) return giveUp(state, main, 'offline', now, out);
      const loss = recover(main, online, now, out);
      if (loss === 'over') return giveUp(state, main, 'lost', now, out);
      return loss === main.loss ? state : { ...state, main: { ...main, loss } };
    }
  }
}

function offlineFor(since: number | null, now: number): boolean {
  return since !== null && now >= since + OFFLINE_LIMIT;
}

/** When the machine wants a `tick`; nothing to wait for: `null`. */
export function nextTick(state: State): number | null {
  const times: (number | null)[] = [ticksOf(state.main, state.online, state.offlineSince)];
  for (const ring of state.rings) times.push(ring.deadline, ring.staleAt);
  for (const entry of state.abandoned) times.push(entry.until);
  if (state.pressed) times.push(state.pressed.until);
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function ticksOf(main: Main, online: boolean, offlineSince: number | null): number | null {
  const cutOff = offlineSince === null ? null : offlineSince + OFFLINE_LIMIT;
  switch (main.phase) {
    case 'idle':
    case 'elsewhere':
    case 'ended':
      return null;
    case 'starting':
      return main.retryAt;
    case 'outgoing':
      return main.deadline === null ? null : main.deadline + DEADLINE_PATIENCE;
    case 'answering':
    case 'returning':
      return online ? main.at + ANSWER_PATIENCE : cutOff;
    case 'connecting':
    case 'active':
      return online ? recoverAt(main) : cutOff;
  }
}
