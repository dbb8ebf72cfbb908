// Which entry the next message of a conversation answers.
import { SvelteMap } from 'svelte/reactivity';
import type { Entry } from '../api/types';

const targets = new SvelteMap<string, Entry>();

/** What is being answered in a conversation. */
export const answered = (handle: string): Entry | undefined => targets.get(handle);

/** Begins to answer an entry. */
export const answer = (handle: string, entry: Entry): void => void targets.set(handle, entry);

/** Answers nothing any more. */
export const endAnswer = (handle: string): void => void targets.delete(handle);
