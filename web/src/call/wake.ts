// Keeps the screen on during a call: a phone that sleeps takes the microphone away.

/** Holds a wake lock while it is on, and takes it again whenever the page comes back into view. */
export class Wake {
  #on = false;
  #lock: WakeLockSentinel | null = null;

  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    if (on) {
      document.addEventListener('visibilitychange', this.#take);
      void this.#take();
    } else {
      document.removeEventListener('visibilitychange', this.#take);
      void this.#lock?.release();
      this.#lock = null;
    }
  }

  readonly #take = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || !navigator.wakeLock) return;
    // A page that is hidden loses its lock; one that was never hidden still has it.
    if (this.#lock && !this.#lock.released) return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      const held = this.#lock !== null && !this.#lock.released;
      if (this.#on && !held) this.#lock = lock;
      else void lock.release();
    } catch {
      // Refused, for example at low battery. The call goes on.
    }
  };
}
