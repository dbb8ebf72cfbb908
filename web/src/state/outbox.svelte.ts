// Performs the outbox: keeps what is unsent on this device, over reloads and for all tabs, and sends what is due. One tab
// sends for all of them, the one that holds a lock; the others write into the store and hear of changes by its events.
import { known } from '../api/error';
import type { Entry, ServerFrame } from '../api/types';
import { onLink, send, serverNow } from '../live/socket';
import { due, type Outbox, type OutboxEvent, type Pending, post, taken, underWay, waitingFor } from './outbox.pure';

const STORED = 'birdcall.outbox';

let outbox = $state.raw<Outbox>([]);
let owner = '';
let online = false;
/** This tab sends. */
let sender = false;

/** Takes up what an earlier page of the same person left unsent. */
export function startOutbox(handle: string): void {
  owner = handle;
  outbox = read();
  window.addEventListener('storage', (event) => {
    if (event.key !== STORED) return;
    outbox = taken(outbox, read());
    flush();
  });
  onLink((next) => {
    online = next;
    happen({ type: 'link', online });
  });
  void hold();
}

/** Becomes the tab that sends, as soon as no other one is. The lock is kept as long as the page lives. */
async function hold(): Promise<void> {
  const become = () => {
    sender = true;
    outbox = taken(outbox, read());
    flush();
  };
  // On plain HTTP there are no locks. Then each tab sends, and the server takes a key once.
  if (!('locks' in navigator)) become();
  else {
    await navigator.locks.request(`${STORED} ${owner}`, () => {
      become();
      return new Promise<never>(() => undefined);
    });
  }
}

/** Forgets everything unsent; for signing out. */
export function clearOutbox(): void {
  outbox = [];
  localStorage.removeItem(STORED);
}

/** Sends a message, now or when the line is back. */
export function write(to: string, text: string, replyTo?: number): void {
  happen({ type: 'wrote', key: newKey(), to, text, at: serverNow(), replyTo });
}

/** Tries a failed message again. */
export const retry = (key: string) => happen({ type: 'retry', key });

/** Gives up a message that failed or waits. */
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
    happen({ type: 'refused', key: frame.re, code: known(frame.code) });
  }
  // Every tab is told of an entry; it is counted once.
  if (sender && frame.type === 'entry' && frame.entry.from === owner) {
    happen({ type: 'entry', to: frame.with, entry: frame.entry });
  }
  return undefined;
}

function happen(event: OutboxEvent): void {
  // Another tab may have written a moment ago, and its event is still on the way.
  outbox = post(taken(outbox, read()), event);
  keep();
  flush();
}

function flush(): void {
  if (!online || !sender) return;
  const now = due(outbox).filter((one) =>
    send({ type: 'send', key: one.key, to: one.to, text: one.text, reply_to: one.replyTo ?? null }),
  );
  if (now.length > 0) outbox = underWay(outbox, now);
}

/** `crypto.randomUUID` exists on HTTPS and localhost only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Stored = Pending & { owner: string };

/** What could not be kept lives in memory, and is not taken for gone. */
let unkept = false;

function keep(): void {
  // Whether something is under way is known to the tab that sends, and to nobody after it.
  const stored = outbox.map<Stored>((one) => ({
    ...one,
    state: one.state === 'under_way' ? 'queued' : one.state,
    owner,
  }));
  try {
    if (stored.length === 0) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, JSON.stringify(stored));
    unkept = false;
  } catch {
    // Storage is full or forbidden: the message is still sent from memory.
    unkept = true;
  }
}

function read(): Outbox {
  if (unkept) return outbox;
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? '[]') as Stored[];
    return stored.filter((one) => one.owner === owner).map(({ owner: _, ...one }) => one);
  } catch {
    return outbox;
  }
}
