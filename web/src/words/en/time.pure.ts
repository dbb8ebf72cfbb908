import { timeIn } from '../time.pure';

/** Days, weeks and numbers as English has them; with the day before the month. */
export const LOCALE = 'en-GB';

export const time = timeIn({
  locale: LOCALE,
  today: 'Today',
  yesterday: 'Yesterday',
  justNow: 'just now',
  minutesAgo: (count) => `${count} min ago`,
  hoursAgo: (count) => `${count} h ago`,
  seconds: (count) => `${count} s`,
  minutes: (count) => `${count} min`,
  hours: (count) => `${count} h`,
  both: (hours, minutes) => `${hours} ${minutes}`,
});
