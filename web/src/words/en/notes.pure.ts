// What notifications say. They are read on lock screens, so they say who and what kind, and nothing that the caller
// made up (C-11).
import type { CallKind, RingStop } from '../../api/types';
import { inLtr } from '../bidi.pure';
import { time } from './time.pure';

const kinds: Record<CallKind, string> = { audio: 'Audio call', video: 'Video call' };

/** A withdrawn ring, where the system wants every push to show something. */
const stops: Record<RingStop, string> = {
  answered_elsewhere: 'Answered on another device',
  declined_elsewhere: 'Declined on another device',
  cancelled: 'The call is over',
  no_answer: 'The call is over',
  not_allowed: 'The call is over',
  failed: 'The call could not be set up',
};

export const notes = {
  ring: (name: string) => `${inLtr(name)} is calling`,
  kind: (kind: CallKind) => kinds[kind],
  answer: 'Answer',
  decline: 'Decline',
  stopped: (reason: RingStop) => stops[reason],
  over: 'The call is over',
  missed: (name: string) => `Missed call from ${inLtr(name)}`,
  voice: (seconds: number) => `Voice message, ${time.stopwatch(seconds)}`,
  message: 'New message',
  picture: 'Picture',
  gone: 'This message was deleted',
  test: {
    title: 'Test ring',
    body: 'Calls ring on this device when Birdcall is closed.',
    late: 'It came, but too late for a call. The network or the system held it back.',
  },
  notDeclined: 'Not declined: Birdcall could not be reached',
  unknown: 'Something is new in Birdcall',
};
