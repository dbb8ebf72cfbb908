// "Do not disturb" in words.
import type { Choice, Standing } from '../../state/quiet.pure';
import { dateOf, type Here } from '../time.pure';
import { time } from './time.pure';

const { ahead, clock } = time;

/** Short: "On until 07:00", "On", "Off, begins at 22:00", "Off". */
export function quietInBrief({ on, until, begins }: Standing, here: Here): string {
  if (on) return until === undefined ? 'On' : `On until ${ahead(until, here)}`;
  return begins === undefined ? 'Off' : `Off, begins at ${ahead(begins, here)}`;
}

/** A whole line: how it stands, and what that means. */
export function quietInWords({ on, until, begins }: Standing, here: Here): string {
  if (!on)
    return begins === undefined
      ? 'Off. Calls ring.'
      : `Off now. Calls ring. It begins at ${ahead(begins, here)} by schedule.`;
  const end = until === undefined ? 'until you switch it off' : `until ${ahead(until, here)}`;
  return `On now, ${end}. Calls do not ring; callers hear no answer.`;
}

/** What is offered to choose; the hour says when it ends once it was chosen, at `ends`. */
export function spanInWords({ span, until }: Choice, here: Here, ends?: number): string {
  switch (span) {
    case 'open':
      return 'Until I switch it off';
    case 'hour':
      return ends === undefined ? 'For 1 hour' : `For 1 hour, until ${clock(ends, here.zone)}`;
    case 'evening':
      return `Until this evening (${clock(until ?? 0, here.zone)})`;
    case 'morning': {
      const today = dateOf(until ?? 0, here.zone) === dateOf(here.now, here.zone);
      return `Until ${today ? 'this morning' : 'tomorrow'} (${clock(until ?? 0, here.zone)})`;
    }
  }
}
