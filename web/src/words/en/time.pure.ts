// Moments in words. `now` and the zone are arguments, so that a test can stand anywhere.

/** Where and when the reader is. */
export interface Here {
  readonly now: number;
  /** An IANA zone; the device's own if absent. */
  readonly zone?: string | undefined;
}

const LANGUAGE = 'en-GB';
const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions, zone: string | undefined, at: number): string {
  const key = `${name} ${zone}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(LANGUAGE, zone === undefined ? options : { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(at);
}

/** "14:02". */
export function clock(at: number, zone?: string): string {
  return format('clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone, at);
}

/** "14:02:09". */
export function clockWithSeconds(at: number, zone?: string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return format('seconds', options, zone, at);
}

/** "2026-11-22", to tell days apart. */
export function dateOf(at: number, zone?: string): string {
  const parts = format('date', { year: 'numeric', month: '2-digit', day: '2-digit' }, zone, at).split('/');
  return parts.reverse().join('-');
}

/** How many midnights lie between; negative in the future. */
function daysAgo(at: number, here: Here): number {
  const noon = (moment: number) => Date.parse(`${dateOf(moment, here.zone)}T12:00:00Z`);
  return Math.round((noon(here.now) - noon(at)) / DAY);
}

/** "Today", "Yesterday", "Friday 20 November", with the year when it is another one. */
export function day(at: number, here: Here): string {
  const ago = daysAgo(at, here);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  const sameYear = dateOf(at, here.zone).slice(0, 4) === dateOf(here.now, here.zone).slice(0, 4);
  return sameYear
    ? format('day', { weekday: 'long', day: 'numeric', month: 'long' }, here.zone, at).replace(',', '')
    : format('day of year', { day: 'numeric', month: 'long', year: 'numeric' }, here.zone, at);
}

/** Short, for a list: "14:02", "Yesterday", "Fri", "20 Nov", "20 Nov 2025". */
export function brief(at: number, here: Here): string {
  const ago = daysAgo(at, here);
  if (ago <= 0) return clock(at, here.zone);
  if (ago === 1) return 'Yesterday';
  if (ago < 7) return format('weekday', { weekday: 'short' }, here.zone, at);
  const sameYear = dateOf(at, here.zone).slice(0, 4) === dateOf(here.now, here.zone).slice(0, 4);
  return sameYear
    ? format('short', { day: 'numeric', month: 'short' }, here.zone, at)
    : format('short of year', { day: 'numeric', month: 'short', year: 'numeric' }, here.zone, at);
}

/** Short, with the time of day: "14:02", "Yesterday 14:02", "Fri 14:02", "20 Nov 14:02". */
export function briefWithClock(at: number, here: Here): string {
  const short = brief(at, here);
  const time = clock(at, here.zone);
  return short === time ? time : `${short} ${time}`;
}

/** A moment to come: "07:00" within a day, then "Wed 07:00", "30 Nov 07:00". */
export function ahead(at: number, here: Here): string {
  const time = clock(at, here.zone);
  if (at - here.now < DAY) return time;
  const far = daysAgo(at, here) <= -7;
  const date = far
    ? format('short', { day: 'numeric', month: 'short' }, here.zone, at)
    : format('weekday', { weekday: 'short' }, here.zone, at);
  return `${date} ${time}`;
}

/** How long a talk was: "45 s", "12 min", "1 h 5 min". */
export function length(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** How far along something is: "0:05", "1:59". */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Since when a device was silent: "just now", "5 min ago", "3 h ago", then a day. */
export function ago(at: number, here: Here): string {
  const minutes = Math.floor((here.now - at) / 60_000);
  if (minutes < 2) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return brief(at, here);
}
