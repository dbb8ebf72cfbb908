// What the worker keeps of the app, so that it starts without a network and so that an open page still finds its parts
// after the server was given a newer version.

/** A request, as far as it matters here. */
export interface Asked {
  readonly method: string;
  /** `navigate` where a page is wanted. */
  readonly mode: string;
  readonly origin: string;
  readonly path: string;
}

/** How a request is answered. `pass`: the worker keeps out of it. */
export type Answer = 'pass' | 'page' | 'kept' | 'fresh';

/**
 * The API is never kept: what it says is private and may be old a moment later. Files with a hash in their name never
 * change; other files may, so the network goes first.
 */
export function answerTo(asked: Asked, own: string, files: readonly string[]): Answer {
  if (asked.method !== 'GET' || asked.origin !== own || asked.path.startsWith('/api/')) return 'pass';
  if (asked.mode === 'navigate') return 'page';
  if (asked.path.startsWith('/assets/')) return 'kept';
  return files.includes(asked.path) ? 'fresh' : 'pass';
}

const PREFIX = 'birdcall-app-';

/** Where a version is kept. */
export function shelfOf(version: string): string {
  return PREFIX + version;
}

/**
 * What may be thrown away once `version` is at work: everything but itself and the one before, whose pages may still be
 * open. `shelves` are in the order in which they were made.
 */
export function outdated(shelves: readonly string[], version: string): string[] {
  const others = shelves.filter((name) => name.startsWith(PREFIX) && name !== shelfOf(version));
  return others.slice(0, -1);
}

/** Locks of this name are held by pages that are in a call; see `call/claims.ts`. */
const CALL_LOCK = 'birdcall-call-';

/** Whether a new worker may take over from the old one: not while a page is in a call. */
export function mayTakeOver(locks: readonly string[]): boolean {
  return !locks.some((name) => name.startsWith(CALL_LOCK));
}
