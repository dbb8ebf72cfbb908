// Reactions on their way: shown at once, taken back where the server does not take them.
import { SvelteMap } from 'svelte/reactivity';
import { putReaction, takeReaction } from '../api/client';
import { asApiError } from '../api/error';
import type { Entry, Reaction } from '../api/types';
import { words } from '../words';
import { changeEntry } from './conversation.svelte';
import { toast } from './notices.svelte';
import { ownOf, wished } from './reactions.pure';
import { me } from './session.svelte';

/** What one wants, by conversation and place; the newest wish of each. */
const wishes = new SvelteMap<string, { readonly emoji: string | undefined }>();
const busy = new Set<string>();

const keyOf = (handle: string, seq: number) => `${handle} ${seq}`;

/** What stands under an entry, with one's own wish. */
export function reactionsOf(handle: string, entry: Entry): Reaction[] {
  const wish = wishes.get(keyOf(handle, entry.seq));
  return wish ? wished(entry.reactions ?? [], me().handle, wish.emoji) : (entry.reactions ?? []);
}

/** Chooses an emoji; the one that is chosen already is taken back. */
export function react(handle: string, entry: Entry, emoji: string): void {
  const own = ownOf(reactionsOf(handle, entry), me().handle);
  const key = keyOf(handle, entry.seq);
  wishes.set(key, { emoji: own === emoji ? undefined : emoji });
  if (!busy.has(key)) void perform(handle, entry.seq, key);
}

/** One request at a time for each entry: two could overtake each other. */
async function perform(handle: string, seq: number, key: string): Promise<void> {
  busy.add(key);
  try {
    for (;;) {
      const wish = wishes.get(key);
      if (!wish) return;
      const entry =
        wish.emoji === undefined ? await takeReaction(handle, seq) : await putReaction(handle, seq, wish.emoji);
      changeEntry(handle, entry);
      if (wishes.get(key) === wish) wishes.delete(key);
    }
  } catch (thrown) {
    wishes.delete(key);
    const { code } = asApiError(thrown);
    toast(code === 'bad_input' ? words.entries.reactions.none : words.app.errors[code]);
  } finally {
    busy.delete(key);
  }
}
