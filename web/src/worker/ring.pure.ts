// What to make of a ring that a push brought. Pushes may be late, so the server is asked before anything rings; without
// an answer the clock decides (C-14).
import type { CallStanding } from '../api/types';

/** The server's word on a call: how it stands, that it is not ours, or nothing in time. */
export type Word = { readonly standing: CallStanding } | 'not_ours' | 'silence';

/** `quiet`: there is nothing to tell. */
export type Verdict = 'ring' | 'missed' | 'quiet';

/** What a ring with this deadline is worth now. Nothing rings at or after its deadline (C-14). */
export function verdict(deadline: number, word: Word, now: number): Verdict {
  if (word === 'not_ours') return 'quiet';
  if (word === 'silence') return now < deadline ? 'ring' : 'missed';
  const { standing } = word;
  if (standing.role !== 'callee') return 'quiet';
  switch (standing.phase) {
    case 'ringing':
      return now < (standing.deadline ?? deadline) ? 'ring' : 'missed';
    case 'connecting':
    case 'active':
      return 'quiet';
    case 'ended':
      return standing.missed ? 'missed' : 'quiet';
  }
}

/** A clock that is off by less is right: the server says whole seconds, and the answer takes time. */
const CLOCK_TOLERANCE = 2_500;

/** How far the server's clock is ahead of ours, by the `Date` of an answer; 0 where it does not say or hardly differs. */
export function clockOffset(date: string | null, now: number): number {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  const offset = theirs - now;
  return Number.isNaN(offset) || Math.abs(offset) < CLOCK_TOLERANCE ? 0 : offset;
}

/** A ring tone has pauses: sooner is a nuisance, later sounds like one short signal. */
export const RING_AGAIN = 4_000;
/** After the deadline the server gets a moment to end the call and to say so by a push of its own. */
export const AFTER_DEADLINE = 1_500;

/** How long a ring waits before it sounds again, or until it is over. */
export function pause(deadline: number, now: number): number {
  return Math.max(0, Math.min(RING_AGAIN, deadline - now));
}

/** A press on a notification is meant for now. Longer could answer a call that a person no longer thinks of. */
const PRESS_LASTS = 60_000;

/** Whether a press still counts. */
export function stillMeant(pressedAt: number, now: number): boolean {
  return now >= pressedAt && now < pressedAt + PRESS_LASTS;
}

/**
 * Whether a system wants each push to show something, or takes the permission away: Safari on any of Apple's systems,
 * and every browser on a phone of theirs.
 */
export function alwaysShows(userAgent: string): boolean {
  if (/\b(iPhone|iPad|iPod)\b/.test(userAgent)) return true;
  return /\bMacintosh\b/.test(userAgent) && /\bSafari\//.test(userAgent) && !/\b(Chrome|Chromium)\//.test(userAgent);
}
