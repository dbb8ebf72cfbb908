// Short notices at the edge of the screen, and words for those who listen instead of look.

/** A notice. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly undo?: (() => void) | undefined;
  /** It is gone, and nobody has undone what it tells of. */
  readonly over?: (() => void) | undefined;
}

/** Long enough to read a sentence. */
const STAY = 5_000;
/** Longer where there is something to press. */
const STAY_WITH_UNDO = 8_000;
/** More at once hide the page. */
const AT_ONCE = 3;

let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export const notices = $state<{ list: Notice[]; spoken: string }>({ list: [], spoken: '' });

/** Shows a notice, with a way to undo what it tells of, and what happens once that is over. Returns its id. */
export function toast(text: string, undo?: () => void, over?: () => void): number {
  for (const old of notices.list.slice(0, Math.max(0, notices.list.length - AT_ONCE + 1))) dismiss(old.id);
  last += 1;
  const notice: Notice = { id: last, text, undo, over };
  notices.list = [...notices.list, notice];
  release(notice);
  return notice.id;
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  take(id)?.over?.();
}

/** Takes a notice away and undoes what it tells of. */
export function undo(id: number): void {
  take(id)?.undo?.();
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

/** A notice is taken once: what follows from it happens once. */
function take(id: number): Notice | undefined {
  hold(id);
  const found = notices.list.find((one) => one.id === id);
  if (found) notices.list = notices.list.filter((one) => one.id !== id);
  return found;
}
