// A phone that rings shakes as well, where the browser lets pages do that (Android; iOS has no such thing for pages).

/** Milliseconds: shaken, still, shaken. */
const PATTERN = [500, 300, 500];
/** As long as a round of the ring tone. */
const ROUND = 2_600;

/** Shakes the phone for as long as it is on. */
export class Vibration {
  #timer = 0;

  set(on: boolean): void {
    if (on === (this.#timer !== 0) || !('vibrate' in navigator)) return;
    if (on) {
      this.#timer = window.setInterval(shake, ROUND);
      shake();
    } else {
      window.clearInterval(this.#timer);
      this.#timer = 0;
      // Also in the middle of the pattern: whoever answered does not want another shake.
      if (touched()) navigator.vibrate(0);
    }
  }
}

function shake(): void {
  // A page that nobody has touched yet would be told off by the browser.
  if (touched()) navigator.vibrate([...PATTERN]);
}

function touched(): boolean {
  return navigator.userActivation?.hasBeenActive ?? true;
}
