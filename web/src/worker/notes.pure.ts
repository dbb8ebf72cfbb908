// What each notification looks like, and what a press on it means.
import type { CallKind, RingStop } from '../api/types';
import type { NoteWords } from '../words/notes.pure';

/** What a notification stands for. Kept in it, so that a press says which one it was. */
export type Meaning =
  | { readonly type: 'ring'; readonly call: string; readonly caller: string; readonly kind: CallKind }
  | { readonly type: 'missed'; readonly call: string; readonly caller: string }
  | { readonly type: 'message'; readonly from: string; readonly seq: number }
  | { readonly type: 'test'; readonly test: string }
  | { readonly type: 'line' };

/** A notification, in the names that browsers use. */
export interface Note {
  readonly title: string;
  readonly options: {
    readonly body: string;
    readonly tag: string;
    readonly data: Meaning;
    readonly silent: boolean;
    readonly renotify: boolean;
    readonly requireInteraction: boolean;
    readonly vibrate?: readonly number[];
    readonly actions: readonly { readonly action: string; readonly title: string }[];
  };
}

interface Call {
  readonly call: string;
  readonly caller: string;
  readonly kind: CallKind;
}

/** The rhythm of a ring, in milliseconds of shaking and rest. */
const RING_RHYTHM = [400, 200, 400, 200, 800];

const calm = { silent: false, renotify: false, requireInteraction: false, actions: [] } as const;

/** Somebody calls. It stays until it is pressed, answered elsewhere or over. */
export function ringNote(words: NoteWords, { call, caller, kind }: Call, name: string): Note {
  return {
    title: words.ring(name),
    options: {
      body: words.kind(kind),
      tag: call,
      data: { type: 'ring', call, caller, kind },
      silent: false,
      renotify: true,
      requireInteraction: true,
      vibrate: RING_RHYTHM,
      actions: [
        { action: 'answer', title: words.answer },
        { action: 'decline', title: words.decline },
      ],
    },
  };
}

/** The same tag as the ring, so it takes its place. `again`: it was told before, and makes no sound. */
export function missedNote(words: NoteWords, { call, caller, kind }: Call, name: string, again: boolean): Note {
  return {
    title: words.missed(name),
    options: { ...calm, body: words.kind(kind), tag: call, data: { type: 'missed', call, caller }, silent: again },
  };
}

/** A ring that is over, where something has to be shown. */
export function stoppedNote(words: NoteWords, call: string, reason: RingStop | null): Note {
  const title = reason === null ? words.over : words.stopped(reason);
  return { title, options: { ...calm, body: '', tag: call, data: { type: 'line' }, silent: true } };
}

/** A decline that did not reach the server: it still rings on the other devices. */
export function notDeclinedNote(words: NoteWords, { call, caller, kind }: Call): Note {
  return {
    title: words.notDeclined,
    options: { ...calm, body: words.kind(kind), tag: call, data: { type: 'missed', call, caller } },
  };
}

/** A message; the newest of a conversation takes the place of the ones before. */
export function messageNote(from: string, seq: number, name: string, body: string): Note {
  return {
    title: name,
    options: { ...calm, body, tag: `message-${from}`, data: { type: 'message', from, seq }, renotify: true },
  };
}

/** In place of a message that its author has deleted, where something has to be shown. */
export function goneNote(words: NoteWords, from: string): Note {
  return {
    title: words.gone,
    options: { ...calm, body: '', tag: `message-${from}`, data: { type: 'line' }, silent: true },
  };
}

/** Somebody tries out whether this device rings. */
export function testNote(words: NoteWords, test: string, late: boolean): Note {
  return {
    title: words.test.title,
    options: {
      ...calm,
      body: late ? words.test.late : words.test.body,
      tag: 'test',
      data: { type: 'test', test },
      renotify: true,
      requireInteraction: !late,
      ...(late ? {} : { vibrate: RING_RHYTHM }),
    },
  };
}

/** A push that this version does not know, from a newer server. */
export function unknownNote(words: NoteWords): Note {
  return { title: words.unknown, options: { ...calm, body: '', tag: 'unknown', data: { type: 'line' }, silent: true } };
}

/** Which page a press leads to. No address ever answers a call (C-11): an answer goes from the worker to the page. */
export function pageOf(meaning: Meaning): string {
  switch (meaning.type) {
    case 'ring':
    case 'missed':
      return `/messages/${meaning.caller}`;
    case 'message':
      return `/messages/${meaning.from}`;
    case 'test':
      return '/settings/devices';
    case 'line':
      return '/messages';
  }
}

/** What a notification of ours stands for; nothing for one that an older version has made. */
export function meaningOf(data: unknown): Meaning | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data)) return undefined;
  const known = ['ring', 'missed', 'message', 'test', 'line'];
  return typeof data.type === 'string' && known.includes(data.type) ? (data as Meaning) : undefined;
}
