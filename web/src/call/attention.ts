// Makes a ring seen where the page is not: in the tab's title, and as a notification if those were allowed before.

/** What is shown. */
export interface Call {
  /** For example "Ann is calling". */
  readonly title: string;
  /** For example "Video call". */
  readonly body: string;
}

/** Shows at most one call. */
export class Attention {
  #text: string | null = null;
  #title = '';
  #timer = 0;
  #notification: Notification | null = null;

  show(call: Call | null, notify = false): void {
    this.#stop();
    if (!call) return;
    this.#title = document.title;
    this.#text = call.title;
    const blink = () => {
      if (document.title === call.title) document.title = this.#title;
      else {
        // The page may have changed its title meanwhile.
        this.#title = document.title;
        document.title = call.title;
      }
    };
    blink();
    this.#timer = window.setInterval(blink, 1_000);
    if (notify) this.#notify(call);
  }

  #notify(call: Call): void {
    if (document.visibilityState === 'visible' || !('Notification' in window)) return;
    // Nobody is asked here: a question in the middle of a ring would be answered blindly.
    if (Notification.permission !== 'granted') return;
    try {
      const notification = new Notification(call.title, {
        body: call.body,
        tag: 'birdcall-ring',
        requireInteraction: true,
      });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
      this.#notification = notification;
    } catch {
      // Phones give notifications to service workers only.
    }
  }

  #stop(): void {
    window.clearInterval(this.#timer);
    if (this.#text !== null && document.title === this.#text) document.title = this.#title;
    this.#text = null;
    this.#notification?.close();
    this.#notification = null;
  }
}
