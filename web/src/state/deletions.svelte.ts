// What was deleted a moment ago and can still be had back: hidden at once, told to the server when the notice with Undo
// is over or the page is left. Until then nothing is lost, and after it nothing comes back by itself.
import { SvelteSet } from 'svelte/reactivity';
import { asApiError } from '../api/error';
import { words } from '../words';
import { dismiss, toast } from './notices.svelte';

/** Something to delete. */
export interface Deletion {
  /** What is hidden by it; the same key again changes nothing. */
  readonly key: string;
  /** What the notice says. */
  readonly text: string;
  /** Asks the server. With `keepalive` the request outlives the page. */
  readonly ask: (keepalive: boolean) => Promise<unknown>;
}

interface Waiting {
  readonly ask: Deletion['ask'];
  readonly notice: number;
}

const hidden = new SvelteSet<string>();
const waiting = new Map<string, Waiting>();
let listening = false;

/** Whether something is as good as deleted. */
export const isDeleted = (key: string): boolean => hidden.has(key);

/** Hides something and deletes it, unless that is undone. */
export function deleteSoon({ key, text, ask }: Deletion): void {
  if (hidden.has(key)) return;
  listen();
  hidden.add(key);
  const undo = () => {
    waiting.delete(key);
    hidden.delete(key);
  };
  const notice = toast(text, undo, () => void perform(key, false));
  waiting.set(key, { ask, notice });
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
    await found.ask(keepalive);
  } catch (thrown) {
    const { code } = asApiError(thrown);
    // On another device it was deleted before; that is what was wanted.
    if (code === 'not_found') return;
    hidden.delete(key);
    toast(words.app.notDeleted(words.app.errors[code]));
  }
}

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener('pagehide', () => void deleteNow(true));
}
