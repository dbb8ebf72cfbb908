// What was deleted a moment ago and can still be had back: hidden at once, told to the server when the notice with Undo
// is over or the page is left. Until then nothing is lost, and after it nothing comes back by itself.
import { SvelteSet } from 'svelte/reactivity';
import { remove } from '../api/client';
import { asApiError } from '../api/error';
import { words } from '../words';
import { dismiss, toast } from './notices.svelte';

/** Something to delete. */
export interface Deletion {
  /** What is hidden by it; the same key again changes nothing. */
  readonly key: string;
  /** What the notice says. */
  readonly text: string;
  /** What is deleted on the server, below `/api/v1`. */
  readonly path: string;
  /** Within so many milliseconds the server has to be told; later it would refuse. */
  readonly within?: number;
}

/** A request needs a moment to get there. */
const ON_THE_WAY = 3_000;

/** A notice that is pointed at stays; nobody points at one longer than this. */
const LONGEST_NOTICE = 15 * 60_000;

const STORED = 'birdcall.deletions';

/** What waits or is asked for, by key: its path, and its notice while that can be pressed. */
interface Waiting {
  readonly path: string;
  readonly notice: number;
}

const hidden = new SvelteSet<string>();
const waiting = new Map<string, Waiting>();
/** Paths that the server has not answered for. */
const unanswered = new Set<string>();
let owner = '';
let listening = false;

/** Whether something is as good as deleted. */
export const isDeleted = (key: string): boolean => hidden.has(key);

/** Hides something and deletes it, unless that is undone. */
export function deleteSoon({ key, text, path, within = Number.POSITIVE_INFINITY }: Deletion): void {
  if (hidden.has(key)) return;
  listen();
  hidden.add(key);
  const undo = () => {
    waiting.delete(key);
    answered(path);
    hidden.delete(key);
  };
  const notice = toast(text, undo, () => void perform(key, false));
  waiting.set(key, { path, notice });
  unanswered.add(path);
  keep();
  const left = within - ON_THE_WAY;
  if (left > LONGEST_NOTICE) return;
  // The notice may be held by who reads it; what has to be done by then is done all the same.
  setTimeout(
    () => {
      if (waiting.get(key)?.notice === notice) dismiss(notice);
    },
    Math.max(0, left),
  );
}

/** Does at once whatever waits; for signing out, and for a page that is left. */
export async function deleteNow(keepalive: boolean): Promise<void> {
  const all = [...waiting].map(([key, { notice }]) => {
    const done = perform(key, keepalive);
    dismiss(notice);
    return done;
  });
  await Promise.all(all);
}

async function perform(key: string, keepalive: boolean): Promise<void> {
  const found = waiting.get(key);
  if (!found) return;
  waiting.delete(key);
  try {
    await remove(found.path, keepalive);
  } catch (thrown) {
    const { code } = asApiError(thrown);
    // On another device it was deleted before; that is what was wanted. A page that is left hears of no answer.
    if (keepalive) return;
    if (code !== 'not_found') {
      hidden.delete(key);
      toast(words.app.notDeleted(words.app.errors[code]));
    }
  }
  answered(found.path);
}

/** Asks again for what an earlier page of the same person was left with: a request that outlives its page can get lost
 * on the way through the service worker. */
export function resumeDeletions(handle: string): void {
  owner = handle;
  for (const path of read()) {
    unanswered.add(path);
    remove(path, false).then(
      () => answered(path),
      (thrown: unknown) => {
        const { code } = asApiError(thrown);
        answered(path);
        if (code !== 'not_found') toast(words.app.notDeleted(words.app.errors[code]));
      },
    );
  }
}

function answered(path: string): void {
  unanswered.delete(path);
  keep();
}

function keep(): void {
  try {
    if (unanswered.size === 0) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, JSON.stringify({ owner, paths: [...unanswered] }));
  } catch {
    // Storage is full or forbidden: the request that outlives the page is all there is.
  }
}

function read(): string[] {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED) ?? '{}') as { owner?: string; paths?: string[] };
    return stored.owner === owner ? (stored.paths ?? []) : [];
  } catch {
    return [];
  }
}

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener('pagehide', () => void deleteNow(true));
}
