// Messages on their way. Each has a key of our own; the server takes a key once, so sending it again is safe. In
// each conversation one message is under way at a time and the next follows after its `sent`: that keeps the order
// also when one of them is refused.
import type { Code, Entry } from '../api/types';

/** A message that is not yet known to be on the server's disk. */
export interface Pending {
  readonly key: string;
  readonly to: string;
  readonly text: string;
  /** The place of the entry that it answers. */
  readonly replyTo?: number | undefined;
  /** When it was written, by the server's clock as we know it. */
  readonly at: number;
  readonly state: 'queued' | 'under_way' | 'failed';
  /** Why it failed. */
  readonly code?: Code;
  /** It came back as an entry before its `sent` did; sent again only to be sure, and not shown twice. */
  readonly seen: boolean;
}

/** Everything on its way, oldest first. */
export type Outbox = readonly Pending[];

export type OutboxEvent =
  | {
      readonly type: 'wrote';
      readonly key: string;
      readonly to: string;
      readonly text: string;
      readonly at: number;
      readonly replyTo?: number | undefined;
    }
  | { readonly type: 'link'; readonly online: boolean }
  | { readonly type: 'sent'; readonly key: string }
  | { readonly type: 'refused'; readonly key: string; readonly code: Code }
  | { readonly type: 'entry'; readonly to: string; readonly entry: Entry }
  | { readonly type: 'retry'; readonly key: string }
  | { readonly type: 'drop'; readonly key: string };

/** What the outbox does at an event; {@link due} says what to send then. */
export function post(outbox: Outbox, event: OutboxEvent): Outbox {
  switch (event.type) {
    case 'wrote':
      if (outbox.some((one) => one.key === event.key)) return outbox;
      return [
        ...outbox,
        {
          key: event.key,
          to: event.to,
          text: event.text,
          ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo }),
          at: event.at,
          state: 'queued',
          seen: false,
        },
      ];
    case 'link':
      // Nobody knows whether what was under way arrived: it is sent again, with the same key.
      return outbox.map((one) => (one.state === 'under_way' ? { ...one, state: 'queued' } : one));
    case 'sent':
    case 'drop':
      return outbox.filter((one) => one.key !== event.key);
    case 'refused':
      return outbox.map((one) => {
        if (one.key !== event.key) return one;
        const { replyTo, ...rest } = one;
        // What it answers was deleted here meanwhile: it is said all the same.
        if (event.code === 'bad_input' && replyTo !== undefined) return { ...rest, state: 'queued' };
        return { ...one, state: 'failed', code: event.code };
      });
    case 'retry':
      return outbox.map((one) => {
        if (one.key !== event.key || one.state !== 'failed') return one;
        const { code: _, ...rest } = one;
        return { ...rest, state: 'queued' };
      });
    case 'entry': {
      const body = event.entry.body;
      if (body.type !== 'message') return outbox;
      const index = outbox.findIndex(
        (one) => one.to === event.to && !one.seen && one.state !== 'failed' && one.text === body.text,
      );
      return outbox.map((one, at) => (at === index ? { ...one, seen: true } : one));
    }
  }
}

/** The messages to send now: the first of each conversation, unless it is under way. Failed ones hold up nobody. */
export function due(outbox: Outbox): Pending[] {
  const busy = new Set<string>();
  const now: Pending[] = [];
  for (const one of outbox) {
    if (one.state === 'failed' || busy.has(one.to)) continue;
    busy.add(one.to);
    if (one.state === 'queued') now.push(one);
  }
  return now;
}

/** Marks what {@link due} named as sent out. */
export function underWay(outbox: Outbox, sent: readonly Pending[]): Outbox {
  const keys = new Set(sent.map((one) => one.key));
  return outbox.map((one) => (keys.has(one.key) ? { ...one, state: 'under_way' } : one));
}

/** What is kept for all tabs, as this one knows it: the one that sends knows what is under way, nobody else does. */
export function taken(own: Outbox, kept: Outbox): Outbox {
  const sending = new Set(own.filter((one) => one.state === 'under_way').map((one) => one.key));
  return kept.map((one) => (one.state === 'queued' && sending.has(one.key) ? { ...one, state: 'under_way' } : one));
}

/** What to draw below a conversation's entries. */
export function waitingFor(outbox: Outbox, to: string): Pending[] {
  return outbox.filter((one) => one.to === to && !one.seen);
}
