// Pictures on their way. Each has a key of our own; the server takes a key once, so sending it again is safe.
import type { Code, Entry } from '../api/types';

/** A picture that is not yet known to be on the server's disk. Its file is kept beside, by its key. */
export interface SendingPicture {
  readonly key: string;
  readonly to: string;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly alt: string;
  readonly replyTo?: number | undefined;
  readonly state: 'under_way' | 'failed';
  /** How much of it has left, from 0 to 1. */
  readonly progress: number;
  readonly code?: Code | 'unreachable';
  /** It came back as an entry before its answer did: not shown twice. */
  readonly seen: boolean;
}

export type Sending = readonly SendingPicture[];

export type SendingEvent =
  | {
      readonly type: 'sent';
      readonly picture: Pick<SendingPicture, 'key' | 'to' | 'width' | 'height' | 'text' | 'alt' | 'replyTo'>;
    }
  | { readonly type: 'progress'; readonly key: string; readonly progress: number }
  | { readonly type: 'kept'; readonly key: string }
  | { readonly type: 'failed'; readonly key: string; readonly code: Code | 'unreachable' }
  | { readonly type: 'retry'; readonly key: string }
  | { readonly type: 'drop'; readonly key: string }
  | { readonly type: 'entry'; readonly to: string; readonly entry: Entry };

/** What becomes of them at an event. */
export function ship(sending: Sending, event: SendingEvent): Sending {
  const change = (key: string, how: (one: SendingPicture) => SendingPicture) =>
    sending.map((one) => (one.key === key ? how(one) : one));
  switch (event.type) {
    case 'sent':
      if (sending.some((one) => one.key === event.picture.key)) return sending;
      return [...sending, { ...event.picture, state: 'under_way', progress: 0, seen: false }];
    case 'progress':
      return change(event.key, (one) => (one.state === 'under_way' ? { ...one, progress: event.progress } : one));
    case 'kept':
    case 'drop':
      return sending.filter((one) => one.key !== event.key);
    case 'failed':
      return change(event.key, (one) => ({ ...one, state: 'failed', code: event.code }));
    case 'retry':
      return change(event.key, ({ code: _, ...one }) => ({ ...one, state: 'under_way', progress: 0 }));
    case 'entry': {
      const { body } = event.entry;
      if (body.type !== 'picture') return sending;
      const at = sending.findIndex(
        (one) => one.to === event.to && !one.seen && one.state === 'under_way' && one.text === (body.text ?? ''),
      );
      return sending.map((one, index) => (index === at ? { ...one, seen: true } : one));
    }
  }
}

/** Those that are tried again when the line is back: nobody has refused them. */
export const stranded = (sending: Sending): SendingPicture[] =>
  sending.filter((one) => one.state === 'failed' && one.code === 'unreachable');

/** What to draw below a conversation's entries. */
export const shownIn = (sending: Sending, to: string): SendingPicture[] =>
  sending.filter((one) => one.to === to && !one.seen);
