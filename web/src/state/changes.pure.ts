// Entries that are not what they were: changed, deleted for both, reacted to. What quotes them says the same.
import type { Entry, EntryBody, Quote } from '../api/types';

/** How long its author can change a message or delete it for both; as the server has it (M-4). */
export const CHANGEABLE = 15 * 60_000;

/** As long a beginning of a text stands in a quote; as the server cuts it (MAX_QUOTE). */
const QUOTED = 200;

/** Whether its author can still change it, or delete it for both. */
export const mayChange = (entry: Entry, now: number): boolean => now - entry.at <= CHANGEABLE;

/** What one can change the text of. */
export const isEditable = (entry: Entry, me: string, now: number): boolean =>
  entry.from === me && entry.body.type === 'message' && mayChange(entry, now);

/** What one can delete for both. */
export const isRecallable = (entry: Entry, me: string, now: number): boolean =>
  entry.from === me && entry.body.type !== 'call' && entry.body.type !== 'deleted' && mayChange(entry, now);

function beginning(text: string): string {
  const all = [...text];
  return all.length > QUOTED ? `${all.slice(0, QUOTED).join('')}…` : text;
}

function inShort(body: EntryBody): EntryBody {
  if (body.type === 'message') return { ...body, text: beginning(body.text) };
  if (body.type === 'picture' && body.text != null) return { ...body, text: beginning(body.text) };
  return body;
}

/** An entry as another one quotes it. */
export const quoteOf = ({ seq, from, body }: Entry): Quote => ({ seq, from, body: inShort(body) });

/** The entries once one of them has changed. One that was not there does not come in: it has a place of its own pages. */
export function changed(entries: readonly Entry[], entry: Entry): Entry[] {
  return entries.map((one) => {
    if (one.seq === entry.seq) return entry;
    return one.reply_to?.seq === entry.seq ? { ...one, reply_to: quoteOf(entry) } : one;
  });
}

/** The entries once one of them was deleted for oneself. */
export function without(entries: readonly Entry[], seq: number): Entry[] {
  return entries
    .filter((one) => one.seq !== seq)
    .map((one) => (one.reply_to?.seq === seq ? { ...one, reply_to: { seq, body: { type: 'deleted' } } } : one));
}

/** The newest message that one can change. */
export function newestEditable(entries: readonly Entry[], me: string, now: number): Entry | undefined {
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index];
    if (!entry || !mayChange(entry, now)) return undefined;
    if (isEditable(entry, me, now)) return entry;
  }
  return undefined;
}
