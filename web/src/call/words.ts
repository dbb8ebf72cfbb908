// Which words a call has, from its state. What they are, the language says (`words/en/call.ts`).

import { words } from '../words';
import { pathOf, type Way } from './path.pure';
import type { Code } from './port';
import { helpsAgain, refusalOf } from './refusal.pure';
import type { Ended, Ending, Main, Notice, Path } from './state.pure';

/** Nobody may know for longer than this whether a device will still show the ring (C-16). */
export const NO_DEVICE_AFTER = 5_000;

/** Before it is said who cannot be heard, it is only tried again. */
export const NOT_HEARD_AFTER = 5_000;

/** A line that stands in place of the timer. */
export type LineWord =
  | 'calling'
  | 'calling_weakly'
  | 'ringing'
  | 'no_device'
  | 'connecting'
  | 'reconnecting'
  | 'moving'
  | 'offline'
  | 'not_heard';

/** A sentence for the end of a call. */
export type EndingWord =
  | 'ended'
  | 'declined'
  | 'no_answer'
  | 'missed'
  | 'you_stopped'
  | 'they_stopped'
  | 'you_were_busy'
  | 'they_are_busy'
  | 'failed'
  | 'no_relay'
  | 'no_relay_during'
  | 'no_media'
  | 'relay_silent'
  | 'expired'
  | 'lost'
  | 'answered_elsewhere'
  | 'declined_elsewhere'
  | 'not_allowed'
  | 'not_set_up'
  | 'unreachable'
  | 'gone'
  | 'offline';

/** What the state of a call does not hold: whether the server can be reached, and who is at the other side. */
export interface Around {
  readonly online: boolean;
  readonly name: string;
}

/** The state of a call in a few words; `null` while the timer stands there. */
export function stateLine(main: Main, now: number, { online, name }: Around): string | null {
  const line = lineOf(main, now, online);
  if (line === null) return null;
  return typeof line === 'number' ? words.call.ringingOn(line) : words.call.lines[line](name);
}

/** A number is one of devices that ring. */
function lineOf(main: Main, now: number, online: boolean): LineWord | number | null {
  switch (main.phase) {
    case 'idle':
    case 'elsewhere':
    case 'ended':
      return null;
    case 'starting':
      return main.retries > 0 ? 'calling_weakly' : 'calling';
    case 'outgoing':
      if (main.devices === null) return 'ringing';
      if (main.devices === 0) return now >= main.devicesAt + NO_DEVICE_AFTER ? 'no_device' : 'calling';
      return main.devices;
    case 'answering':
    case 'connecting':
      return 'connecting';
    case 'returning':
      return 'reconnecting';
    case 'active':
      if (main.way === 'moved' && !main.said) return 'moving';
      if (!main.loss || main.carried) return null;
      if (!online) return 'offline';
      return now < main.loss.since + NOT_HEARD_AFTER ? 'reconnecting' : 'not_heard';
  }
}

/** Why a call is over, for the person before the screen. */
export function ending(ended: Ended, name: string): string {
  const { ending: value } = ended;
  if (value.type === 'refused') return words.call.refusals[refusalOf(value.code)](name);
  return words.call.endings[endingOf(ended, value)](name);
}

function endingOf({ seconds, role, way }: Ended, value: Exclude<Ending, { type: 'refused' }>): EndingWord {
  switch (value.type) {
    case 'server':
      switch (value.reason) {
        case 'hung_up':
        // A block looks like a hang-up (C-6).
        case 'blocked':
          return 'ended';
        case 'declined':
          return 'declined';
        case 'no_answer':
          return role === 'callee' ? 'missed' : 'no_answer';
        case 'cancelled':
          // By the caller, always: here, or on another device or tab of theirs.
          return role === 'caller' ? 'you_stopped' : 'they_stopped';
        case 'busy':
          return role === 'callee' ? 'you_were_busy' : 'they_are_busy';
        case 'failed':
          // They had talked: a firewall is not the reason then.
          if (value.detail === 'no_relay') return seconds !== null ? 'no_relay_during' : 'no_relay';
          if (value.detail === null) return 'failed';
          if (seconds !== null) return 'lost';
          return pathOf(way) === 'relay' ? 'relay_silent' : 'no_media';
        case 'expired':
          return 'expired';
      }
      break;
    case 'ring':
      switch (value.stop) {
        case 'answered_elsewhere':
        case 'declined_elsewhere':
        case 'not_allowed':
          return value.stop;
        case 'cancelled':
          return 'they_stopped';
        case 'no_answer':
          return 'missed';
        case 'failed':
          return 'not_set_up';
      }
      break;
    case 'local':
      return value.what === 'left' ? 'ended' : value.what;
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
      return helpsAgain(value.code);
  }
}

/** A short notice; `null` where silence is better. */
export function notice(value: Notice, nameOf: (handle: string) => string): string | null {
  const { call } = words;
  switch (value.type) {
    case 'pressed_late':
      return value.why === 'over' ? call.pressedLate(nameOf(value.caller)) : call.pressedInVain(nameOf(value.caller));
    case 'in_a_call':
      return call.inACall;
    case 'ring_stopped':
      switch (value.stop) {
        case 'answered_elsewhere':
        case 'declined_elsewhere':
          return call.endings[value.stop]('');
        case 'cancelled':
        case 'no_answer':
          return call.endings.missed(nameOf(value.caller));
        case 'not_allowed':
          return null;
        case 'failed':
          return call.notSetUp(nameOf(value.caller));
      }
  }
}

/** What the way of a call means for one's address. */
export function aboutWay(way: Way, handle: string): string {
  switch (way) {
    case 'unknown':
      return '';
    case 'direct':
      return words.call.direct(handle);
    case 'relay':
      return words.call.relayed(handle);
    case 'moved':
    case 'told':
      return words.call.moved(handle);
  }
}

/** What a call that has only been announced will do. */
export function aboutPlan(value: Path, handle: string): string {
  return value === 'direct' ? words.call.willBeDirect(handle) : words.call.willBeRelayed(handle);
}

/** The same, where the call ended before it was read. */
export function hadMoved(ended: Ended): string | null {
  return ended.way === 'moved' ? words.call.hadMoved(ended.with) : null;
}

/** The setting could not be changed. */
export function notChanged(code: Code | null): string {
  return code === null ? words.call.privacy.notReached : words.call.privacy.notTaken;
}
