// The words of calls. Sentences say what happened and what can be done, and never more than this side may know (C-6).

import { pathOf, type Way } from './path.pure';
import type { CallKind, Code } from './port';
import type { Ended, Ending, Main, Notice, Path, Trouble } from './state.pure';

/** For example "Ann is calling". */
export const isCalling = (name: string): string => `${name} is calling`;

/** The kind of a call. */
export function ringKind(kind: CallKind): string {
  switch (kind) {
    case 'audio':
      return 'Audio call';
    case 'video':
      return 'Video call';
  }
}

/** Nobody may know for longer than this whether a device will still show the ring (C-16). */
export const NO_DEVICE_AFTER = 5_000;

/** Declining with a message. */
export const quick = {
  open: 'Message',
  label: (name: string) => `Decline and tell ${name}`,
  texts: ["Can't talk right now.", "I'll call you back.", 'Can I call you later?'],
  own: 'Your own words',
  send: 'Decline and send',
  back: 'Back to the ring',
};

/** It was declined with a message. */
export const wrote = (name: string): string => `Declined, with a message to ${name}`;

/** Before it is said who cannot be heard, it is only tried again. */
export const NOT_HEARD_AFTER = 5_000;

/** What the state of a call does not hold: whether the server can be reached, and who is at the other side. */
export interface Around {
  readonly online: boolean;
  readonly name: string;
}

/** The state of a call in a few words; `null` while the timer stands there. */
export function stateLine(main: Main, now: number, { online, name }: Around): string | null {
  switch (main.phase) {
    case 'idle':
    case 'elsewhere':
    case 'ended':
      return null;
    case 'starting':
      return main.retries > 0 ? 'Calling… The connection is weak.' : 'Calling…';
    case 'outgoing':
      if (main.devices === null) return 'Ringing…';
      if (main.devices === 0) return now >= main.devicesAt + NO_DEVICE_AFTER ? 'No device reachable' : 'Calling…';
      return main.devices === 1 ? 'Ringing on 1 device' : `Ringing on ${main.devices} devices`;
    case 'answering':
    case 'connecting':
      return 'Connecting…';
    case 'returning':
      return 'Reconnecting…';
    case 'active':
      if (main.way === 'moved' && !main.said) return 'Moving to the relay…';
      if (!online && main.loss) return 'Your connection is lost. Trying again…';
      if (!main.loss) return null;
      return now < main.loss.since + NOT_HEARD_AFTER ? 'Reconnecting…' : `${name} cannot be heard. Trying again…`;
  }
}

/** `02:05`, or `1:02:05`. */
export function duration(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
}

/** Why a call is over, for the person before the screen. */
export function ending(ended: Ended, name: string): string {
  const value = ended.ending;
  // They had talked: a firewall is not the reason then.
  if (ended.seconds !== null && value.type === 'server' && value.detail === 'no_media') return LOST;
  if (ended.seconds !== null && value.type === 'server' && value.detail === 'no_relay') return NO_RELAY_DURING;
  if (value.type === 'server' && value.detail === 'no_media' && pathOf(ended.way) === 'relay') return RELAY_SILENT;
  return why(value, ended.role, name);
}

const LOST = 'The connection was lost and could not be brought back';
const NO_RELAY = 'This call has to go through a relay, and this server has none.';
const NO_RELAY_DURING =
  'Enhanced call privacy was turned on, and this server has no relay. The call ended instead of going on directly.';
const RELAY_SILENT =
  'One of you could not reach the relay. The call was not made directly instead, so no IP address was shown.';

function why(value: Ending, role: Ended['role'], name: string): string {
  switch (value.type) {
    case 'server':
      switch (value.reason) {
        case 'hung_up':
          return 'Call ended';
        case 'declined':
          return 'Call declined';
        case 'no_answer':
          return role === 'callee' ? `Missed call from ${name}` : 'No answer';
        case 'cancelled':
          // By the caller, always: here, or on another device or tab of theirs.
          return role === 'caller' ? 'You stopped calling' : `${name} stopped calling`;
        case 'busy':
          return role === 'callee' ? 'You were in another call' : `${name} is in another call`;
        case 'failed':
          return failed(value.detail);
        case 'expired':
          return 'The connection was lost for too long';
        case 'blocked':
          return 'Call ended';
      }
      break;
    case 'ring':
      switch (value.stop) {
        case 'answered_elsewhere':
          return 'Answered on another device';
        case 'declined_elsewhere':
          return 'Declined on another device';
        case 'cancelled':
          return `${name} stopped calling`;
        case 'no_answer':
          return `Missed call from ${name}`;
        case 'not_allowed':
          return 'Your settings do not let this call ring any more';
        case 'failed':
          return 'The call could not be set up';
      }
      break;
    case 'refused':
      return refusal(value.code, name);
    case 'local':
      switch (value.what) {
        case 'left':
          return 'Call ended';
        case 'unreachable':
          return 'Birdcall could not be reached. Check your connection and try again.';
        case 'gone':
          return 'This call is over';
        case 'lost':
          return LOST;
        case 'offline':
          return 'Birdcall was out of reach for too long';
      }
  }
}

function failed(detail: Extract<Ending, { type: 'server' }>['detail']): string {
  switch (detail) {
    case 'no_relay':
      return NO_RELAY;
    case 'no_media':
      return 'No connection came about between the two of you. A firewall may be in the way.';
    case null:
      return 'The call failed';
  }
}

function refusal(code: Code, name: string): string {
  switch (code) {
    case 'first_message_needed':
      return `${name} has to message you first`;
    case 'you_blocked':
      return `You have blocked ${name}. Unblock to call.`;
    case 'already_in_call':
      return 'You are in a call on another device';
    case 'already_calling':
      return 'You are calling somebody already. Try again in a moment.';
    case 'no_relay':
      return NO_RELAY;
    case 'too_many':
      return 'Too many calls in a short time. Try again later.';
    case 'not_found':
      return `There is nobody called ${name}`;
    case 'yourself':
      return 'That is you';
    case 'not_signed_in':
      return 'You are signed out. Sign in to call.';
    case 'call_over':
      return 'This call is over';
    case 'unavailable':
      return 'The server could not take the call just now. Try again.';
    case 'bad_input':
    case 'too_large':
    case 'wrong_password':
    case 'handle_taken':
    case 'sign_up_closed':
    case 'foreign_origin':
    case 'key_reused':
    case 'out_of_turn':
    case 'bad_description':
    case 'full':
    case 'bad_push_endpoint':
    case 'bad_sound':
    case 'bad_picture':
    case 'internal':
      return 'Something went wrong on the server. Try again.';
  }
}

/** Whether a voice message may say what the call would have: one's own call was not answered (M-5). */
export function canLeaveVoice({ role, ending }: Ended): boolean {
  if (role !== 'caller' || ending.type !== 'server') return false;
  return ending.reason === 'no_answer' || ending.reason === 'declined' || ending.reason === 'busy';
}

/** Whether calling again can help. */
export function canCallAgain(ended: Ended): boolean {
  const value = ended.ending;
  switch (value.type) {
    case 'server':
      return value.detail !== 'no_relay';
    case 'ring':
      return value.stop !== 'answered_elsewhere' && value.stop !== 'declined_elsewhere';
    case 'local':
      return true;
    case 'refused':
      switch (value.code) {
        case 'first_message_needed':
        case 'you_blocked':
        case 'no_relay':
        case 'not_found':
        case 'yourself':
        case 'not_signed_in':
          return false;
        case 'already_in_call':
        case 'already_calling':
        case 'too_many':
        case 'call_over':
        case 'unavailable':
        case 'bad_input':
        case 'too_large':
        case 'wrong_password':
        case 'handle_taken':
        case 'sign_up_closed':
        case 'foreign_origin':
        case 'key_reused':
        case 'out_of_turn':
        case 'bad_description':
        case 'full':
        case 'bad_push_endpoint':
        case 'bad_sound':
        case 'bad_picture':
        case 'internal':
          return true;
      }
  }
}

/** A short notice; `null` where silence is better. */
export function notice(value: Notice, nameOf: (handle: string) => string): string | null {
  switch (value.type) {
    case 'pressed_late':
      return value.why === 'over'
        ? `The call from ${nameOf(value.caller)} is over`
        : `The call from ${nameOf(value.caller)} could not be answered: Birdcall is out of reach`;
    case 'in_a_call':
      return 'You are in a call. End it first.';
    case 'ring_stopped':
      switch (value.stop) {
        case 'answered_elsewhere':
          return 'Answered on another device';
        case 'declined_elsewhere':
          return 'Declined on another device';
        case 'cancelled':
        case 'no_answer':
          return `Missed call from ${nameOf(value.caller)}`;
        case 'not_allowed':
          return null;
        case 'failed':
          return `The call from ${nameOf(value.caller)} could not be set up`;
      }
  }
}

/** The path in one word (P-5). */
export function pathName(value: Path): string {
  switch (value) {
    case 'direct':
      return 'Direct';
    case 'relay':
      return 'Relayed';
  }
}

/** What the way of a call means for one's address. */
export function aboutWay(way: Way, handle: string): string {
  switch (way) {
    case 'unknown':
      return '';
    case 'direct':
      return `This call is direct: @${handle} can see your IP address, and you can see theirs.`;
    case 'relay':
      return `This call goes through this server’s relay. @${handle} cannot see your IP address, and you cannot see theirs.`;
    case 'moved':
    case 'told':
      return moved(handle);
  }
}

/** What a call that has only been announced will do. */
export function aboutPlan(value: Path, handle: string): string {
  switch (value) {
    case 'direct':
      return `If @${handle} answers, this call is direct: @${handle} can see your IP address, and you can see theirs.`;
    case 'relay':
      return `This call goes through this server’s relay. @${handle} will not see your IP address, and you will not see theirs.`;
  }
}

/** A call that was direct is on the relay now (P-7). */
export function moved(handle: string): string {
  return `This call is on the relay now. Until then it was direct, and @${handle} could see your IP address.`;
}

/** The same, where the call ended before it was read. */
export function hadMoved(ended: Ended): string | null {
  return ended.way === 'moved'
    ? `Before this call moved to the relay it was direct, and @${ended.with} could see your IP address.`
    : null;
}

/** Enhanced call privacy, from within a call. */
export const privacy = {
  hide: 'Hide it from now on',
  hiding: 'Moving to the relay…',
  hideHint: (handle: string) =>
    `Turns on Enhanced call privacy: this call and all later ones go through the relay, with a little more delay. What @${handle} has seen stays seen.`,
  noRelay: 'This server has no relay, so it cannot be hidden.',
  on: 'Enhanced call privacy is on for your later calls, too.',
  off: 'Enhanced call privacy is off for your later calls. This one stays on the relay.',
  undo: 'Turn it off for later calls',
  redo: 'Turn it on for later calls',
  understood: 'OK',
};

/** The setting could not be changed. */
export function notChanged(code: Code | null): string {
  return code === null ? 'Not changed: Birdcall could not be reached.' : 'Not changed: the server did not take it.';
}

/** What to do about a microphone that could not be had. The call goes on without it. */
export function microphoneTrouble(trouble: Trouble): string {
  switch (trouble) {
    case 'denied':
      return 'You cannot be heard: the microphone is not allowed. Allow it in the site settings of your browser, then press Unmute.';
    case 'missing':
      return 'You cannot be heard: no microphone was found. Plug one in, then press Unmute.';
    case 'busy':
      return 'You cannot be heard: another program is using the microphone. Close it, then press Unmute.';
    case 'insecure':
      return 'You cannot be heard: browsers give a microphone to pages over HTTPS only.';
    case 'other':
      return 'You cannot be heard: the microphone did not start. Press Unmute to try again.';
  }
}

/** What to do about a camera that could not be had. */
export function cameraTrouble(trouble: Trouble): string {
  switch (trouble) {
    case 'denied':
      return 'The camera is not allowed. Allow it in the site settings of your browser, then turn it on again.';
    case 'missing':
      return 'No camera was found.';
    case 'busy':
      return 'Another program is using the camera. Close it, then turn the camera on again.';
    case 'insecure':
      return 'Browsers give a camera to pages over HTTPS only.';
    case 'other':
      return 'The camera did not start. Turn it on again to retry.';
  }
}
