// The calling settings on their way to the server: shown at once, saved one after the other, taken back on an error.
import { putCalling } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { Calling } from '../api/types';
import { me, session, setMe } from './session.svelte';

/** How long "Saved" is shown. */
const SHOWN = 2_500;

export class CallingSettings {
  #wanted = $state.raw<Calling>();
  #status = $state<'idle' | 'saving' | 'saved'>('idle');
  #error = $state.raw<ApiError>();
  #saving: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the switches show: what is wanted, else what the server has. */
  get calling(): Calling {
    return this.#wanted ?? me().calling;
  }
  get status(): 'idle' | 'saving' | 'saved' {
    return this.#status;
  }
  get error(): ApiError | undefined {
    return this.#error;
  }

  /** Wants something else from now on. Resolves when it was saved, or was not: then `error` tells why. */
  want(change: Partial<Calling>): Promise<void> {
    this.#wanted = { ...this.calling, ...change };
    this.#error = undefined;
    // Requests in parallel could overtake each other; the newest wish follows the running one.
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** The error was shown long enough. */
  forgive(): void {
    this.#error = undefined;
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#status = 'saving';
    try {
      while (this.#wanted) {
        const sent = this.#wanted;
        const answer = await putCalling(sent);
        if (session.me) setMe(answer);
        if (this.#wanted === sent) this.#wanted = undefined;
      }
      this.#status = 'saved';
      this.#timer = setTimeout(() => {
        this.#status = 'idle';
      }, SHOWN);
    } catch (thrown) {
      this.#wanted = undefined;
      this.#status = 'idle';
      this.#error = asApiError(thrown);
    }
  }
}

/** The settings of who is signed in. One for the page and the call screen: a save replaces all of them, and two side by
 * side would undo each other. */
export const callingSettings = new CallingSettings();
