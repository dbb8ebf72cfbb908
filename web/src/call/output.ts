// Where the other side is heard: an element outside every view, so that drawing the call small or not at all changes
// nothing about the sound.

/** Whether the speaker can be chosen in this browser. */
export const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** The sound of one call. */
export class Output {
  readonly #element = document.createElement('audio');
  readonly #blocked: (blocked: boolean) => void;
  #waiting = false;

  /** `blocked`: the browser wants a press before it lets the page be heard. */
  constructor(speaker: string | undefined, blocked: (blocked: boolean) => void) {
    this.#blocked = blocked;
    this.#element.autoplay = true;
    session('play-and-record');
    if (speaker !== undefined) this.choose(speaker);
  }

  /** Plays this track, in place of the one before. */
  play(track: MediaStreamTrack): void {
    this.#element.srcObject = new MediaStream([track]);
    this.#try();
  }

  /** Uses another speaker; one that is gone is the browser's own again. */
  choose(speaker: string): void {
    if (!canChooseSpeaker) return;
    void this.#element.setSinkId(speaker).catch(() => this.#element.setSinkId('').catch(() => {}));
  }

  close(): void {
    document.removeEventListener('pointerdown', this.#again);
    document.removeEventListener('keydown', this.#again);
    this.#element.pause();
    this.#element.srcObject = null;
    session('auto');
    if (this.#waiting) this.#blocked(false);
  }

  readonly #again = (): void => this.#try();

  #try(): void {
    this.#element.play().then(
      () => this.#wait(false),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') this.#wait(true);
      },
    );
  }

  #wait(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#blocked(waiting);
    const change = waiting ? 'addEventListener' : 'removeEventListener';
    document[change]('pointerdown', this.#again);
    document[change]('keydown', this.#again);
  }
}

/** Tells Safari that this is a call, so that it goes to the earpiece or the headset and is not stopped by silence. */
function session(type: 'play-and-record' | 'auto'): void {
  const audio: unknown = Reflect.get(navigator, 'audioSession');
  if (typeof audio === 'object' && audio !== null) Reflect.set(audio, 'type', type);
}
