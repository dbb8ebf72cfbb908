// When one tells that one types, and how long it is believed of the other side (M-4).

/** Milliseconds between two hints of one's own. Lowering it costs frames, and the server passes on only so many. */
export const EVERY = 3_000;

/** How long a hint counts, in milliseconds: longer than the pause between two, so that it does not flicker. */
export const LASTS = 6_000;

/** Whether a hint is due, `last` being when one was sent. */
export const due = (last: number | undefined, now: number): boolean => last === undefined || now - last >= EVERY;
