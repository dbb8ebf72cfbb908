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
  #busy = false;
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

  /** Wants something else from now on. */
  want(next: Calling): void {
    this.#wanted = next;
    this.#error = undefined;
    void this.#save();
  }

  // Requests in parallel could overtake each other; the newest wish follows the running one.
  async #save(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
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
    } finally {
      this.#busy = false;
    }
  }
}
