// Moments in words, in any language. `now` and the zone are arguments, so that a test can stand anywhere.

/** Where and when the reader is. */
export interface Here {
  readonly now: number;
  /** An IANA zone; the device's own if absent. */
  readonly zone?: string | undefined;
}

/** What a language has to say about time; the rest its locale knows. */
export interface TimeWords {
  /** A BCP 47 tag, with its digits where it has several kinds. */
  readonly locale: string;
  readonly today: string;
  readonly yesterday: string;
  readonly justNow: string;
  readonly minutesAgo: (count: number) => string;
  readonly hoursAgo: (count: number) => string;
  readonly seconds: (count: number) => string;
  readonly minutes: (count: number) => string;
  readonly hours: (count: number) => string;
  readonly both: (hours: string, minutes: string) => string;
}

/** A time of day the way the whole app shows it: from 00:00 to 23:59. */
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const SECONDS = { ...CLOCK, second: '2-digit' } as const;
const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions, zone: string | undefined, at: number): string {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, zone === undefined ? options : { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(at);
}

/** "2026-11-22", to tell days apart. */
export function dateOf(at: number, zone?: string): string {
  const parts = format('en-GB', { year: 'numeric', month: '2-digit', day: '2-digit' }, zone, at).split('/');
  return parts.reverse().join('-');
}

/** How many midnights lie between; negative in the future. */
function daysAgo(at: number, here: Here): number {
  const noon = (moment: number) => Date.parse(`${dateOf(moment, here.zone)}T12:00:00Z`);
  return Math.round((noon(here.now) - noon(at)) / DAY);
}

const sameYear = (at: number, here: Here) =>
  dateOf(at, here.zone).slice(0, 4) === dateOf(here.now, here.zone).slice(0, 4);

/** The words about time in one language. */
export function timeIn(language: TimeWords) {
  const { locale } = language;
  const digits = new Intl.NumberFormat(locale, { useGrouping: false });
  const twoDigits = new Intl.NumberFormat(locale, { useGrouping: false, minimumIntegerDigits: 2 });

  /** "14:02". */
  const clock = (at: number, zone?: string): string => format(locale, CLOCK, zone, at);

  /** "14:02:09". */
  const clockWithSeconds = (at: number, zone?: string): string => format(locale, SECONDS, zone, at);

  const weekday = (at: number, { zone }: Here) => format(locale, { weekday: 'short' }, zone, at);
  const date = (at: number, { zone }: Here) => format(locale, { day: 'numeric', month: 'short' }, zone, at);

  /** "Today", "Yesterday", "Friday 20 November", with the year when it is another one. */
  function day(at: number, here: Here): string {
    const ago = daysAgo(at, here);
    if (ago === 0) return language.today;
    if (ago === 1) return language.yesterday;
    return sameYear(at, here)
      ? format(locale, { weekday: 'long', day: 'numeric', month: 'long' }, here.zone, at).replace(',', '')
      : format(locale, { day: 'numeric', month: 'long', year: 'numeric' }, here.zone, at);
  }

  /** Short, for a list: "14:02", "Yesterday", "Fri", "20 Nov", "20 Nov 2025". */
  function brief(at: number, here: Here): string {
    const ago = daysAgo(at, here);
    if (ago <= 0) return clock(at, here.zone);
    if (ago === 1) return language.yesterday;
    if (ago < 7) return weekday(at, here);
    return sameYear(at, here)
      ? date(at, here)
      : format(locale, { day: 'numeric', month: 'short', year: 'numeric' }, here.zone, at);
  }

  /** Short, with the time of day: "14:02", "Yesterday 14:02", "Fri 14:02", "20 Nov 14:02". */
  function briefWithClock(at: number, here: Here): string {
    const short = brief(at, here);
    const time = clock(at, here.zone);
    return short === time ? time : `${short} ${time}`;
  }

  /** A moment to come: "07:00" within a day, then "Wed 07:00", "30 Nov 07:00". */
  function ahead(at: number, here: Here): string {
    const time = clock(at, here.zone);
    if (at - here.now < DAY) return time;
    return `${daysAgo(at, here) <= -7 ? date(at, here) : weekday(at, here)} ${time}`;
  }

  /** How long a talk was: "45 s", "12 min", "1 h 5 min". */
  function length(seconds: number): string {
    if (seconds < 60) return language.seconds(Math.max(0, Math.floor(seconds)));
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return language.minutes(minutes);
    const hours = language.hours(Math.floor(minutes / 60));
    return minutes % 60 === 0 ? hours : language.both(hours, language.minutes(minutes % 60));
  }

  /** How far along something is: "0:05", "1:59". */
  function stopwatch(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds));
    return `${digits.format(Math.floor(whole / 60))}:${twoDigits.format(whole % 60)}`;
  }

  /** How long a call goes on: "02:05", "1:02:05". */
  function duration(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds));
    const hours = Math.floor(whole / 3600);
    const rest = `${twoDigits.format(Math.floor(whole / 60) % 60)}:${twoDigits.format(whole % 60)}`;
    return hours > 0 ? `${digits.format(hours)}:${rest}` : rest;
  }

  /** Since when a device was silent: "just now", "5 min ago", "3 h ago", then a day. */
  function ago(at: number, here: Here): string {
    const minutes = Math.floor((here.now - at) / 60_000);
    if (minutes < 2) return language.justNow;
    if (minutes < 60) return language.minutesAgo(minutes);
    if (minutes < 24 * 60) return language.hoursAgo(Math.floor(minutes / 60));
    return brief(at, here);
  }

  return { ago, ahead, brief, briefWithClock, clock, clockWithSeconds, dateOf, day, duration, length, stopwatch };
}
