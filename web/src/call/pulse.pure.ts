// Whether the other side's sound flows. A browser sends it 50 times a second, also silence, so that nothing for a
// moment after a steady flow is the first sign of a network that has gone, seconds before ICE or a socket notice.

/** What was read of the sound so far. */
export interface Pulse {
  /** Packets since the beginning. */
  readonly count: number;
  /** When the last new one was seen. */
  readonly heardAt: number;
  /** Readings in a row that found new ones. */
  readonly beats: number;
  readonly quiet: boolean;
}

/** How often it is read. */
export const READ_EVERY = 200;
/** Nothing for so long is no accident, not even where a fifth of all packets is lost. Higher finds a lost network
 * later; lower asks the server for its pulse at each hiccup of a phone. */
export const QUIET = 600;
/** Readings that make a flow: whoever has no microphone sends nothing, which means nothing. */
const STEADY = 4;

export const noPulse: Pulse = { count: 0, heardAt: 0, beats: 0, quiet: false };

/** One reading; tells when the flow has stopped, and when it is back. */
export function read(before: Pulse, count: number, now: number): readonly [Pulse, 'stopped' | 'back' | null] {
  if (count > before.count) {
    return [{ count, heardAt: now, beats: before.beats + 1, quiet: false }, before.quiet ? 'back' : null];
  }
  if (now - before.heardAt < QUIET) return [before, null];
  const stopped = before.beats >= STEADY;
  return [{ ...before, beats: 0, quiet: before.quiet || stopped }, stopped ? 'stopped' : null];
}
