// Settings on their way to the server: shown at once, saved one after the other, taken back on an error.
import { type ApiError, asApiError } from '../api/error';
import type { Me } from '../api/types';
import { session, setMe } from './session.svelte';

/** How long "Saved" is shown. */
const SHOWN = 2_500;

/** Settings of one kind, which the server replaces as a whole. */
export class Wish<T extends object> {
  readonly #read: () => T;
  readonly #put: (value: T) => Promise<Me>;
  #wanted = $state.raw<T>();
  #status = $state<'idle' | 'saving' | 'saved'>('idle');
  #error = $state.raw<ApiError>();
  #saving: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `read` tells what the server has, `put` brings it something else. */
  constructor(read: () => T, put: (value: T) => Promise<Me>) {
    this.#read = read;
    this.#put = put;
  }

  /** What is wanted, else what the server has. */
  get value(): T {
    return this.#wanted ?? this.#read();
  }
  get status(): 'idle' | 'saving' | 'saved' {
    return this.#status;
  }
  get error(): ApiError | undefined {
    return this.#error;
  }

  /** Wants something else from now on. Resolves when it was saved, or was not: then `error` tells why. */
  set(value: T): Promise<void> {
    this.#wanted = value;
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
        const answer = await this.#put(sent);
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
