// "Do not disturb": whether it is on, until when, and when it begins. The same rules as `crates/call/src/quiet.rs`,
// which decides; here they are only shown.
import type { Quiet, QuietHours } from '../api/types';
import { momentAt, wallAt } from './wall.pure';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MINUTES = 24 * 60;
const EVENING = 18 * 60;
const MORNING = 8 * 60;

/** How things stand. */
export interface Standing {
  readonly on: boolean;
  /** When it ends by itself; nothing while it is on: not before somebody switches it off. */
  readonly until?: number;
  /** When it begins, if it is off and hours are set. */
  readonly begins?: number;
}

/** Whether the switch is on, and its time is not over. */
export function switched(quiet: Quiet, now: number): boolean {
  return quiet.on && (quiet.until == null || now < quiet.until);
}

/** Whether the hours are ones that can be kept: in the day, not empty, on some day. */
export function sound(hours: QuietHours): boolean {
  const inDay = (minute: number) => Number.isInteger(minute) && minute >= 0 && minute < DAY_MINUTES;
  return inDay(hours.from) && inDay(hours.until) && hours.from !== hours.until && hours.days.includes(true);
}

/** Whether the person is left alone now. */
export function isQuiet(quiet: Quiet, now: number): boolean {
  return switched(quiet, now) || hoursEnd(quiet, now) !== undefined;
}

/** When the hours that run now end; nothing if none run. Hours that end on the next day belong to the day they begin on. */
function hoursEnd(quiet: Quiet, now: number): number | undefined {
  const { hours } = quiet;
  if (!hours) return undefined;
  const zone = quiet.zone ?? '';
  const wall = wallAt(now, zone);
  const beginsOn = (weekday: number) => hours.days[weekday % 7] === true;
  if (hours.from < hours.until) {
    const within = beginsOn(wall.weekday) && wall.minute >= hours.from && wall.minute < hours.until;
    return within ? momentAt(wall, 0, hours.until, zone) : undefined;
  }
  if (beginsOn(wall.weekday) && wall.minute >= hours.from) return momentAt(wall, 1, hours.until, zone);
  if (beginsOn(wall.weekday + 6) && wall.minute < hours.until) return momentAt(wall, 0, hours.until, zone);
  return undefined;
}

function begins(quiet: Quiet, now: number): number | undefined {
  const { hours } = quiet;
  if (!hours) return undefined;
  const zone = quiet.zone ?? '';
  const wall = wallAt(now, zone);
  for (let days = 0; days <= 7; days += 1) {
    const at = momentAt(wall, days, hours.from, zone);
    if (hours.days[(wall.weekday + days) % 7] && at > now) return at;
  }
  return undefined;
}

/** Whether it is on now and until when, counting switch and hours together. */
export function standing(quiet: Quiet, now: number): Standing {
  if (!isQuiet(quiet, now)) {
    const next = begins(quiet, now);
    return next === undefined ? { on: false } : { on: false, begins: next };
  }
  let end = now;
  // Where the switch ends in the hours, or the hours begin before its end, the later counts. Hours never meet
  // themselves, so a few steps are enough.
  for (let steps = 0; steps < 4 && isQuiet(quiet, end); steps += 1) {
    if (switched(quiet, end)) {
      if (quiet.until == null) return { on: true };
      end = quiet.until;
    } else {
      end = Math.max(hoursEnd(quiet, end) ?? end, end + MINUTE);
    }
  }
  return { on: true, until: end };
}

/** For how long it can be switched on with one press. */
export type Span = 'open' | 'hour' | 'evening' | 'morning';

/** A span, and when it ends. */
export interface Choice {
  readonly span: Span;
  readonly until: number | undefined;
}

/** What can be chosen now. The evening is over after 18:00; before 8:00 the morning is today's. */
export function choices(now: number, zone: string): readonly Choice[] {
  const wall = wallAt(now, zone);
  const evening: Choice = { span: 'evening', until: momentAt(wall, 0, EVENING, zone) };
  return [
    { span: 'open', until: undefined },
    { span: 'hour', until: now + HOUR },
    ...(wall.minute < EVENING ? [evening] : []),
    { span: 'morning', until: momentAt(wall, wall.minute < MORNING ? 0 : 1, MORNING, zone) },
  ];
}

/** Which of them was chosen. */
export function chosen(quiet: Quiet, now: number, zone: string): Span {
  if (quiet.until == null) return 'open';
  const fixed = choices(now, zone).find(({ span, until }) => span !== 'hour' && until === quiet.until);
  return fixed?.span ?? 'hour';
}

/** Without a switch whose time is over, so that another change does not carry it on. */
export function settled(quiet: Quiet, now: number): Quiet {
  const { until, ...rest } = quiet;
  if (!switched(quiet, now)) return { ...rest, on: false };
  return until == null ? rest : { ...rest, until };
}

/** The time of a field such as "22:30" in minutes; nothing where there is none. */
export function minuteOf(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}

/** Minutes as such a field takes them. */
export function fieldOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
