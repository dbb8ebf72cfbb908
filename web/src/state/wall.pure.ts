// What the clock on the wall shows at some place, and when it shows something.

/** A date and the minutes since midnight. */
export interface Wall {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Days since Monday, 0 to 6. */
  readonly weekday: number;
  readonly minute: number;
}

const MINUTE = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function open(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
}

/** The clock of a zone of the IANA database; empty is UTC, and so is a name that is none, as for the server. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    try {
      found = open(zone || 'UTC');
    } catch {
      found = open('UTC');
    }
    formats.set(zone, found);
  }
  return found;
}

/** What the clock on the wall shows there. */
export function wallAt(at: number, zone: string): Wall {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  // The days since 1970 began with a Thursday.
  const weekday = (Date.UTC(year, month - 1, day) / (24 * 60 * MINUTE) + 3) % 7;
  return { year, month, day, weekday, minute: hour * 60 + minute };
}

/**
 * When the clock shows a minute of the day that is `days` after that of `wall`. A time that the clocks skip for the
 * summer is found behind the gap, of one that comes twice the first.
 */
export function momentAt(wall: Wall, days: number, minute: number, zone: string): number {
  const shown = Date.UTC(wall.year, wall.month - 1, wall.day + days, 0, minute);
  const offset = (at: number) => {
    const there = wallAt(at, zone);
    return Date.UTC(there.year, there.month - 1, there.day, 0, there.minute) - Math.floor(at / MINUTE) * MINUTE;
  };
  // The offset is asked where it was a day before, and once more where that leads.
  const first = shown - offset(shown - 24 * 60 * MINUTE);
  const second = shown - offset(first);
  return wallAt(second, zone).minute === minute ? second : first;
}
