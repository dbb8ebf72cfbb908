// The history of calls, page below page.
import type { CallPage } from '../api/types';

/** The newest page anew, with the older calls that were loaded before below it. */
export function refreshed(known: CallPage | undefined, newest: CallPage): CallPage {
  const last = newest.calls[newest.calls.length - 1];
  if (!known || !newest.more || last === undefined) return newest;
  const older = known.calls.filter((call) => call.at < last.at);
  return older.length === 0 ? newest : { calls: [...newest.calls, ...older], more: known.more };
}

/** An older page below what is known. */
export function extended(known: CallPage, older: CallPage): CallPage {
  const have = new Set(known.calls.map((call) => call.call));
  return { calls: [...known.calls, ...older.calls.filter((call) => !have.has(call.call))], more: older.more };
}
