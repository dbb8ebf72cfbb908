// What can be shown to the operator with a report.
import type { Entry } from '../../api/types';

/** As many as the server takes. */
export const MOST_ENTRIES = 20;

/** What was written or said, the newest first. That a call took place says nothing about a person. */
export function choosable(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) => entry.body.type !== 'call').reverse();
}

/** The words of an entry, on one line; nothing for what has none. */
export function excerpt(entry: Entry): string | undefined {
  if (entry.body.type !== 'message') return undefined;
  const line = entry.body.text.replace(/\s+/gu, ' ').trim();
  return line === '' ? undefined : line;
}
