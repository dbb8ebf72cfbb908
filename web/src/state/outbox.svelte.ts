// Performs the outbox: sends what is due, and keeps what is unsent over a reload of the page.
import type { Entry, ServerFrame } from '../api/types';
import { onLink, send, serverNow } from '../live/socket';
import { due, type Outbox, type OutboxEvent, type Pending, post, underWay, waitingFor } from './outbox.pure';

const STORED = 'birdcall.outbox';

let outbox = $state.raw<Outbox>([]);
let owner = '';
let online = false;

/** Takes up what an earlier page of the same person left unsent. */
export function startOutbox(handle: string): void {
  owner = handle;
  outbox = read().filter((one) => one.owner === handle);
  onLink((next) => {
    online = next;
    happen({ type: 'link', online });
  });
}

/** Forgets everything unsent; for signing out. */
export function clearOutbox(): void {
  outbox = [];
  sessionStorage.removeItem(STORED);
}

/** Sends a message, now or when the line is back. */
export function write(to: string, text: string): void {
  happen({ type: 'wrote', key: newKey(), to, text, at: serverNow() });
}

/** Tries a failed message again. */
export const retry = (key: string) => happen({ type: 'retry', key });

/** Gives up a failed message. */
export const drop = (key: string) => happen({ type: 'drop', key });

/** The messages to a person that are not acknowledged yet. */
export const pendingTo = (handle: string): Pending[] => waitingFor(outbox, handle);

/** Follows the socket. Answers with the entry that an acknowledgement brought. */
export function hearInOutbox(frame: ServerFrame): { to: string; entry: Entry } | undefined {
  if (frame.type === 'sent') {
    happen({ type: 'sent', key: frame.key });
    return { to: frame.to, entry: frame.entry };
  }
  if (frame.type === 'refused' && frame.re != null && outbox.some((one) => one.key === frame.re)) {
    happen({ type: 'refused', key: frame.re, code: frame.code });
  }
  if (frame.type === 'entry' && frame.entry.from === owner) {
    happen({ type: 'entry', to: frame.with, entry: frame.entry });
  }
  return undefined;
}

function happen(event: OutboxEvent): void {
  outbox = post(outbox, event);
  if (online) {
    const now = due(outbox).filter((one) => send({ type: 'send', key: one.key, to: one.to, text: one.text }));
    outbox = underWay(outbox, now);
  }
  keep();
}

/** `crypto.randomUUID` exists on HTTPS and localhost only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Stored = Pending & { owner: string };

function keep(): void {
  const stored = outbox.map<Stored>((one) => ({
    ...one,
    state: one.state === 'under_way' ? 'queued' : one.state,
    owner,
  }));
  try {
    if (stored.length === 0) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, JSON.stringify(stored));
  } catch {
    // Storage is full or forbidden: the message is still sent from memory.
  }
}

function read(): Stored[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as Stored[];
  } catch {
    return [];
  }
}
