// What can be shown to the operator with a report.
import type { Entry } from '../../api/types';

/** As many as the server takes. */
export const MOST_ENTRIES = 20;

/** What was written, said or shown, the newest first. That a call took place, or that something is gone, says nothing. */
export function choosable(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ body }) => body.type !== 'call' && body.type !== 'deleted').reverse();
}

/** What an entry is, where it has no words. */
export function kindOf({ body }: Entry): 'voice' | 'picture' | 'other' {
  return body.type === 'voice' || body.type === 'picture' ? body.type : 'other';
}

/** The words of an entry, on one line; nothing for what has none. */
export function excerpt(entry: Entry): string | undefined {
  const text = entry.body.type === 'message' || entry.body.type === 'picture' ? entry.body.text : undefined;
  const line = (text ?? '').replace(/\s+/gu, ' ').trim();
  return line === '' ? undefined : line;
}
