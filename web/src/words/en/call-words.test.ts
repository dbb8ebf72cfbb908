import { describe, expect, it } from 'vitest';
import type { CallOutcome, Role } from '../../api/types';
import { missed, notTalked } from '../../state/outcome.pure';
import { callInWords, callWithTime } from './call-words.pure';

const at = Date.parse('2026-11-22T14:02:00Z');
const call = (outcome: CallOutcome) => ({ kind: 'video' as const, outcome, seconds: 720 });

describe('a finished call', () => {
  it.each<[Role, CallOutcome, string, boolean]>([
    ['caller', 'answered', 'Video call, 12 min', false],
    ['callee', 'answered', 'Video call, 12 min', false],
    ['caller', 'no_answer', 'Video call, no answer, 14:02', false],
    ['callee', 'no_answer', 'Missed video call, 14:02', true],
    ['caller', 'cancelled', 'Video call, cancelled, 14:02', false],
    ['callee', 'cancelled', 'Missed video call, 14:02', true],
    ['caller', 'busy', 'Video call, no answer, 14:02', false],
    ['callee', 'busy', 'Missed video call, 14:02', true],
    ['caller', 'declined', 'Video call, declined, 14:02', false],
    ['callee', 'declined', 'Video call, declined, 14:02', false],
    ['caller', 'failed', 'Video call, did not connect, 14:02', false],
    ['callee', 'failed', 'Video call, did not connect, 14:02', false],
  ])('to the %s, %s: %s', (role, outcome, words, wasMissed) => {
    expect(callWithTime(role, call(outcome), at, 'UTC')).toBe(words);
    expect(missed(role, outcome)).toBe(wasMissed);
  });

  it.each<[Role, CallOutcome[]]>([
    ['caller', ['no_answer', 'declined', 'busy']],
    ['callee', ['no_answer', 'cancelled', 'busy']],
  ])('leaves something to say to the %s after %j (M-5)', (role, expected) => {
    const outcomes: CallOutcome[] = ['answered', 'no_answer', 'declined', 'cancelled', 'busy', 'failed'];
    expect(outcomes.filter((one) => notTalked(role, one))).toEqual(expected);
  });

  it('is an audio call when it was one', () => {
    expect(callInWords('callee', { kind: 'audio', outcome: 'cancelled', seconds: 0 })).toBe('Missed audio call');
  });
});
