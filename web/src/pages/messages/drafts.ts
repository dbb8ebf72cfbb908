// What was begun and not sent, by handle: kept on this device for the one who is signed in, until they sign out.
import { SvelteMap } from 'svelte/reactivity';
import { session } from '../../state/session.svelte';

const STORED = 'birdcall.drafts';
/** Drafts kept; the oldest one goes. Each is at most as long as a message. */
const KEPT = 100;

const texts = new SvelteMap<string, string>();
let owner: string | undefined;

/** Takes up what was begun before; once somebody is signed in. */
function wake(): void {
  const me = session.me?.handle;
  if (me === undefined || me === owner) return;
  owner = me;
  take(localStorage.getItem(STORED));
  window.addEventListener('storage', (event) => {
    if (event.key === STORED) take(event.newValue);
  });
}

function take(stored: string | null): void {
  try {
    const read = JSON.parse(stored ?? '{}') as { owner?: string; texts?: [string, string][] };
    const theirs = new Map(read.owner === owner ? (read.texts ?? []) : []);
    for (const handle of [...texts.keys()]) if (!theirs.has(handle)) texts.delete(handle);
    for (const [handle, text] of theirs) texts.set(handle, text);
  } catch {
    // Something else wrote there: nothing was begun.
  }
}

function keep(): void {
  try {
    if (texts.size === 0) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, JSON.stringify({ owner, texts: [...texts].slice(-KEPT) }));
  } catch {
    // Storage is full or forbidden: the draft lives as long as the page.
  }
}

/** Text that was on its way and is to be written on, by handle. */
const recalled = new SvelteMap<string, string>();

/** Takes a text back to where it was written. */
export function recall(handle: string, text: string): void {
  recalled.set(handle, text);
}

/** What was taken back there; once. */
export function takeRecalled(handle: string): string | undefined {
  const text = recalled.get(handle);
  recalled.delete(handle);
  return text;
}

export const drafts = {
  get(handle: string): string | undefined {
    wake();
    return texts.get(handle);
  },
  set(handle: string, text: string): void {
    wake();
    if (texts.get(handle) === text) return;
    texts.set(handle, text);
    keep();
  },
  delete(handle: string): void {
    wake();
    if (texts.delete(handle)) keep();
  },
  /** Forgets all of them; for signing out. */
  clear(): void {
    texts.clear();
    localStorage.removeItem(STORED);
  },
};
