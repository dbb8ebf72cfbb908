import { type ApiError, asApiError } from '../api/error';
import type { Changed } from '../api/types';

const all = new Set<Resource<unknown>>();

/** Something the server keeps, as last loaded. It stays on the screen while it is loaded again. */
export class Resource<T> {
  #data = $state.raw<T>();
  #error = $state.raw<ApiError>();
  #load: () => Promise<T>;
  #asked = 0;
  /** Answers on their way, and what was changed meanwhile: an answer may be older than that, and must not undo it. */
  #loading = 0;
  #meanwhile: ((data: T) => T)[] = [];
  readonly topics: readonly Changed[];

  /** `topics` name the `changed` frames after which it is stale. */
  constructor(load: () => Promise<T>, topics: readonly Changed[] = []) {
    this.#load = load;
    this.topics = topics;
  }

  /** What was loaded; nothing before the first answer. */
  get data(): T | undefined {
    return this.#data;
  }

  /** Why there is nothing, or nothing newer. */
  get error(): ApiError | undefined {
    return this.#error;
  }

  /** Puts in what is known already, for example from the answer to a change. */
  set(data: T): void {
    // An answer that was asked for before must not undo this.
    this.#asked += 1;
    this.#data = data;
    this.#error = undefined;
  }

  /** Changes what is there by what is told live, and in the same way what is on its way. `step` may come twice. */
  change(step: (data: T) => T): void {
    if (this.#loading > 0) this.#meanwhile.push(step);
    if (this.#data !== undefined) this.#data = step(this.#data);
  }

  /** Loads, unless that was done or is under way. */
  need(): void {
    if (this.#data === undefined && this.#loading === 0) void this.load();
  }

  /** Loads, or loads anew. Of several at once only the last asked counts. */
  async load(): Promise<void> {
    all.add(this as Resource<unknown>);
    this.#asked += 1;
    const asked = this.#asked;
    this.#loading += 1;
    try {
      const data = await this.#load();
      if (asked === this.#asked) this.set(this.#meanwhile.reduce<T>((now, step) => step(now), data));
    } catch (thrown) {
      if (asked === this.#asked) this.#error = asApiError(thrown);
    } finally {
      this.#loading -= 1;
      if (this.#loading === 0) this.#meanwhile = [];
    }
  }

  /** No longer shown, so no longer loaded when it changes. */
  forget(): void {
    all.delete(this as Resource<unknown>);
  }
}

/** Loads anew what a `changed` frame names; everything if nothing is named. */
export function reloadResources(what?: Changed): void {
  for (const resource of all) {
    if (what === undefined || resource.topics.includes(what)) void resource.load();
  }
}
