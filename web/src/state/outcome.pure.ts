// What the outcome of a finished call means to who reads it.
import type { CallOutcome, Role } from '../api/types';

/** Whether the reader missed it. */
export function missed(role: Role, outcome: CallOutcome): boolean {
  return role === 'callee' && (outcome === 'no_answer' || outcome === 'cancelled' || outcome === 'busy');
}

/** Whether they did not get to talk, so that a voice message may say what the call would have (M-5). */
export function notTalked(role: Role, outcome: CallOutcome): boolean {
  if (outcome === 'no_answer' || outcome === 'busy') return true;
  // Who gave up or was declined may still want to say it; who declined or was given up on has been called in vain.
  return role === 'caller' ? outcome === 'declined' : outcome === 'cancelled';
}
