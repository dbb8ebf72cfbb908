// Why the server may refuse a call, as far as a caller can make something of it.

import type { Code } from './port';

/** A refusal with words of its own; everything else is one. */
export type CallRefusal =
  | Extract<
      Code,
      | 'first_message_needed'
      | 'you_blocked'
      | 'already_in_call'
      | 'already_calling'
      | 'no_relay'
      | 'too_many'
      | 'not_found'
      | 'yourself'
      | 'not_signed_in'
      | 'call_over'
      | 'going_down'
      | 'overloaded'
      | 'busy'
      | 'unavailable'
    >
  | 'other';

/** Whether calling again can help. */
const again: Record<CallRefusal, boolean> = {
  first_message_needed: false,
  you_blocked: false,
  already_in_call: true,
  already_calling: true,
  no_relay: false,
  too_many: true,
  not_found: false,
  yourself: false,
  not_signed_in: false,
  call_over: true,
  going_down: true,
  overloaded: true,
  busy: true,
  unavailable: true,
  other: true,
};

/** What a code means to a caller. */
export function refusalOf(code: Code): CallRefusal {
  return Object.hasOwn(again, code) ? (code as CallRefusal) : 'other';
}

/** Whether calling again can help after this code. */
export const helpsAgain = (code: Code): boolean => again[refusalOf(code)];
