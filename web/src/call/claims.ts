// Which tab of this browser is in the call. Tabs of one browser are one device to the server, so they settle it among
// themselves: a lock that the browser lets go of when the tab is closed or loaded anew.

/** What becomes of a claim. */
export interface ClaimListener {
  won(call: string): void;
  /** Another tab holds it. */
  refused(call: string): void;
  /** Another tab took it. */
  lost(call: string): void;
}

/** Holds at most one claim. */
export class Claims {
  readonly #listener: ClaimListener;
  #held: { readonly call: string; readonly release: () => void } | null = null;

  constructor(listener: ClaimListener) {
    this.#listener = listener;
  }

  /** Asks for the call; `steal` takes it from whichever tab holds it. */
  claim(call: string, steal: boolean): void {
    if (this.#held?.call === call) return;
    this.release();
    let release: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = { call, release };
    if (steal) this.#held = held;
    if (!navigator.locks) {
      // Pages without HTTPS have no locks, and no microphone either.
      this.#held = held;
      queueMicrotask(() => this.#listener.won(call));
      return;
    }
    navigator.locks
      .request(`birdcall-call-${call}`, steal ? { steal } : { ifAvailable: true }, (lock) => {
        if (!lock) {
          this.#listener.refused(call);
          return;
        }
        // Let go before the browser answered.
        if (steal && this.#held !== held) return;
        this.#held = held;
        this.#listener.won(call);
        return over;
      })
      .catch(() => {
        if (this.#held !== held) return;
        this.#held = null;
        this.#listener.lost(call);
      });
  }

  /** Lets the call go. */
  release(): void {
    this.#held?.release();
    this.#held = null;
  }
}
