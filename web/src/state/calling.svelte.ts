// Who may call, and how.
import { putCalling } from '../api/client';
import type { Calling } from '../api/types';
import { me } from './session.svelte';
import { Wish } from './wish.svelte';

export class CallingSettings extends Wish<Calling> {
  constructor() {
    super(() => me().calling, putCalling);
  }

  /** What the switches show. */
  get calling(): Calling {
    return this.value;
  }

  /** Wants some of it changed. */
  want(change: Partial<Calling>): Promise<void> {
    return this.set({ ...this.calling, ...change });
  }
}

/** The settings of who is signed in. One for the page and the call screen: a save replaces all of them, and two side by
 * side would undo each other. */
export const callingSettings = new CallingSettings();
