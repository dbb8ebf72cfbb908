// Short notices at the edge of the screen, and words for those who listen instead of look.

/** A notice. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly undo?: (() => void) | undefined;
}

/** Long enough to read a sentence. */
const STAY = 5_000;
/** Longer where there is something to press. */
const STAY_WITH_UNDO = 8_000;

let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export const notices = $state<{ list: Notice[]; spoken: string }>({ list: [], spoken: '' });

/** Shows a notice, with a way to undo what it tells of. */
export function toast(text: string, undo?: () => void): void {
  last += 1;
  const notice: Notice = { id: last, text, undo };
  notices.list = [...notices.list.slice(-2), notice];
  release(notice);
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  hold(id);
  notices.list = notices.list.filter((one) => one.id !== id);
}

/** Keeps a notice while it is pointed at. */
export function hold(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** Lets a notice go after its time. */
export function release(notice: Notice): void {
  hold(notice.id);
  timers.set(
    notice.id,
    setTimeout(() => dismiss(notice.id), notice.undo ? STAY_WITH_UNDO : STAY),
  );
}

/** Says something to a screen reader, politely. */
export function speak(text: string): void {
  // The same text twice is a change only if something differs.
  notices.spoken = notices.spoken === text ? `${text}\u00a0` : text;
}
