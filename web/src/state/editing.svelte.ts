// Which message is being changed, in the composer of its conversation.
import { editEntry } from '../api/client';
import { asApiError } from '../api/error';
import type { Entry } from '../api/types';
import { words } from '../words';
import { changeEntry } from './conversation.svelte';
import { speak, toast } from './notices.svelte';

/** By handle of the other person. */
const open = $state<{ handle: string | undefined; entry: Entry | undefined }>({ handle: undefined, entry: undefined });

/** The message that is being changed in a conversation. */
export const edited = (handle: string): Entry | undefined => (open.handle === handle ? open.entry : undefined);

/** Begins to change a message. */
export function edit(handle: string, entry: Entry): void {
  open.handle = handle;
  open.entry = entry;
}

/** It stays as it is, or was saved. */
export function endEdit(): void {
  open.handle = undefined;
  open.entry = undefined;
}

/** Saves another text; `false` if the server did not take it. */
export async function saveEdit(handle: string, seq: number, text: string): Promise<boolean> {
  try {
    changeEntry(handle, await editEntry(handle, seq, text));
    speak(words.entries.editing.saved);
    return true;
  } catch (thrown) {
    toast(words.entries.editing.notSaved(words.app.errors[asApiError(thrown).code]));
    return false;
  }
}
