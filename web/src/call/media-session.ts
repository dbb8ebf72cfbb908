// The call where the system shows what plays: on the lock screen, in the notification shade, on a headset's button.

/** What is shown there. */
export interface Playing {
  /** Whom one talks with. */
  readonly name: string;
  readonly muted: boolean;
  readonly camera: boolean;
}

/** Presses that come from there; each is a person's own (C-18). */
export interface Presses {
  hangUp(): void;
  microphone(): void;
  camera(): void;
}

const ARTWORK = ['192', '512'].map((size) => ({
  src: `/icons/icon-${size}.png`,
  sizes: `${size}x${size}`,
  type: 'image/png',
}));

/** Shows at most one call. */
export class SystemControls {
  readonly #presses: Presses;
  #name: string | null = null;

  constructor(presses: Presses) {
    this.#presses = presses;
  }

  show(playing: Playing | null): void {
    if (!('mediaSession' in navigator)) return;
    const { mediaSession } = navigator;
    if (playing?.name !== (this.#name ?? undefined)) {
      this.#name = playing?.name ?? null;
      mediaSession.metadata = playing
        ? new MediaMetadata({ title: playing.name, artist: 'Birdcall', artwork: ARTWORK })
        : null;
      mediaSession.playbackState = playing ? 'playing' : 'none';
      const { hangUp, microphone, camera } = this.#presses;
      handle('hangup', playing && hangUp);
      handle('togglemicrophone', playing && microphone);
      handle('togglecamera', playing && camera);
    }
    if (!playing) return;
    // Not in every browser, and not in its types.
    tell('setMicrophoneActive', !playing.muted);
    tell('setCameraActive', playing.camera);
  }
}

function handle(action: string, press: (() => void) | null): void {
  try {
    navigator.mediaSession.setActionHandler(action as MediaSessionAction, press && (() => press()));
  } catch {
    // An action that this browser does not know.
  }
}

function tell(method: 'setMicrophoneActive' | 'setCameraActive', active: boolean): void {
  const set: unknown = Reflect.get(navigator.mediaSession, method);
  if (typeof set !== 'function') return;
  // Refused where nothing is captured yet; the system then shows no such button.
  void Promise.resolve(Reflect.apply(set, navigator.mediaSession, [active])).catch(() => {});
}
