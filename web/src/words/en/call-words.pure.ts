// A finished call in words, from the side of who reads it.
import type { CallKind, CallOutcome, Role } from '../../api/types';
import { missed } from '../../state/outcome.pure';
import { time } from './time.pure';

/** What there is to say about a finished call. */
export interface FinishedCall {
  readonly kind: CallKind;
  readonly outcome: CallOutcome;
  readonly seconds: number;
}

const kinds: Record<CallKind, string> = { audio: 'Audio call', video: 'Video call' };

/** How it turned out, without its kind: "12 min", "no answer". Nothing for a missed call: that is said first. */
export function outcome(role: Role, call: FinishedCall): string {
  switch (call.outcome) {
    case 'answered':
      return time.length(call.seconds);
    case 'declined':
      return 'declined';
    case 'failed':
      return 'did not connect';
    case 'cancelled':
      return role === 'caller' ? 'cancelled' : '';
    case 'no_answer':
    case 'busy':
      // To who called, busy is no answer (C-15).
      return role === 'caller' ? 'no answer' : '';
  }
}

/** "Missed video call", "Audio call, 12 min", "Audio call, no answer". */
export function callInWords(role: Role, call: FinishedCall): string {
  if (missed(role, call.outcome)) return `Missed ${kinds[call.kind].toLowerCase()}`;
  return `${kinds[call.kind]}, ${outcome(role, call)}`;
}

/** The same with the time of day where the words do not hold a length: "Missed video call, 14:02". */
export function callWithTime(role: Role, call: FinishedCall, at: number, zone?: string): string {
  const words = callInWords(role, call);
  return call.outcome === 'answered' ? words : `${words}, ${time.clock(at, zone)}`;
}
