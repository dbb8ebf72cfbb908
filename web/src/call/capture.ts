// Microphone, camera and screen of one call: opened by presses, given up together at the end (C-11, C-19).

import type { Trouble } from './state.pure';

/** What the capture tells. */
export interface CaptureListener {
  microphoneOpened(): void;
  microphoneFailed(trouble: Trouble): void;
  cameraOpened(): void;
  cameraFailed(trouble: Trouble): void;
  screenOpened(): void;
  screenClosed(): void;
  /** Send this from now on. */
  track(kind: 'audio' | 'video', track: MediaStreamTrack | null): void;
  /** Draw this as the own picture. */
  picture(stream: MediaStream | null): void;
}

/** Devices that the person chose; absent: the browser's choice. */
export interface Choice {
  microphone?: string | undefined;
  camera?: string | undefined;
  facing?: 'user' | 'environment' | undefined;
}

const VOICE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** More pixels cost a phone its battery; the other side's screen seldom shows them. */
const PICTURE: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** How long a phone may take to give the sound of a microphone back that it has silenced. */
const UNMUTES_WITHIN = 1_000;

/** Why the browser did not give a device. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'TypeError':
      // Browsers hide media devices from pages that were not loaded over HTTPS or from this machine.
      return window.isSecureContext ? 'other' : 'insecure';
    default:
      return 'other';
  }
}

/** The capture of one call. */
export class Capture {
  readonly #listener: CaptureListener;
  #choice: Choice;
  #muted: boolean;
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  #screen: MediaStreamTrack | null = null;
  #closed = false;
  // Each counts the requests for its device; an answer to any but the newest is given back at once.
  #microphoneTurn = 0;
  #cameraTurn = 0;
  #screenTurn = 0;

  constructor(choice: Choice, muted: boolean, listener: CaptureListener) {
    this.#choice = { ...choice };
    this.#muted = muted;
    this.#listener = listener;
  }

  /** What is sent now. */
  tracks(): { audio: MediaStreamTrack | null; video: MediaStreamTrack | null } {
    return { audio: this.#microphone, video: this.#screen ?? this.#camera };
  }

  /** Asks for microphone and camera in one question; where they cannot be had together, one by one. */
  async openBoth(): Promise<void> {
    const microphone = ++this.#microphoneTurn;
    const camera = ++this.#cameraTurn;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: this.#voice(), video: this.#lens() });
      this.#takeMicrophone(stream.getAudioTracks()[0], microphone);
      this.#takeCamera(stream.getVideoTracks()[0], camera);
    } catch {
      if (microphone === this.#microphoneTurn) await this.openMicrophone();
      if (camera === this.#cameraTurn) await this.openCamera();
    }
  }

  async openMicrophone(): Promise<void> {
    const turn = ++this.#microphoneTurn;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: this.#voice() });
      this.#takeMicrophone(stream.getAudioTracks()[0], turn);
    } catch (error) {
      if (this.#closed || turn !== this.#microphoneTurn) return;
      if (this.#choice.microphone !== undefined && troubleOf(error) === 'missing') {
        // The chosen device is not plugged in today.
        this.#choice.microphone = undefined;
        await this.openMicrophone();
        return;
      }
      this.#dropMicrophone();
      this.#listener.microphoneFailed(troubleOf(error));
    }
  }

  async openCamera(): Promise<void> {
    const turn = ++this.#cameraTurn;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: this.#lens() });
      this.#takeCamera(stream.getVideoTracks()[0], turn);
    } catch (error) {
      if (this.#closed || turn !== this.#cameraTurn) return;
      if (this.#choice.camera !== undefined && troubleOf(error) === 'missing') {
        this.#choice.camera = undefined;
        await this.openCamera();
        return;
      }
      this.#dropCamera();
      this.#listener.cameraFailed(troubleOf(error));
    }
  }

  async openScreen(): Promise<void> {
    const turn = ++this.#screenTurn;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
      const [track] = stream.getVideoTracks();
      if (!track) throw new Error('no picture');
      if (this.#closed || turn !== this.#screenTurn) {
        track.stop();
        return;
      }
      // Text has to stay sharp; it seldom moves.
      track.contentHint = 'detail';
      track.onended = () => {
        if (this.#screen !== track) return;
        this.closeScreen();
        this.#listener.screenClosed();
      };
      this.#screen = track;
      this.#listener.screenOpened();
      this.#show();
    } catch {
      // Nothing was chosen.
      if (!this.#closed && turn === this.#screenTurn) this.#listener.screenClosed();
    }
  }

  /** Silences the microphone: not a packet of sound leaves, and the device stays ready. */
  mute(muted: boolean): void {
    this.#muted = muted;
    if (this.#microphone) this.#microphone.enabled = !muted;
  }

  /** The camera's light goes out. */
  closeCamera(): void {
    this.#cameraTurn += 1;
    this.#dropCamera();
  }

  closeScreen(): void {
    this.#screenTurn += 1;
    this.#screen?.stop();
    this.#screen = null;
    this.#show();
  }

  /** Uses other devices from now on; those that are open are changed. */
  async choose(choice: Choice): Promise<void> {
    const before = this.#choice;
    this.#choice = { ...choice };
    if (this.#microphone && choice.microphone !== before.microphone) await this.openMicrophone();
    if (this.#camera && (choice.camera !== before.camera || choice.facing !== before.facing)) {
      // A phone opens one camera at a time.
      this.#dropCamera();
      await this.openCamera();
    }
  }

  /** On the way back to the foreground: a phone may have taken the microphone away. One that it has only silenced
   * speaks again by itself, most of the time. */
  revive(): void {
    const track = this.#microphone;
    if (track?.readyState === 'ended') void this.openMicrophone();
    else if (track?.muted) {
      window.setTimeout(() => {
        if (this.#microphone === track && track.muted && !this.#closed) void this.openMicrophone();
      }, UNMUTES_WITHIN);
    }
  }

  /** Whether a screen is sent, and no camera. */
  get sharing(): boolean {
    return this.#screen !== null;
  }

  /** Whether a camera is open: devices can be named by then. */
  get facing(): 'user' | 'environment' {
    const mode = this.#camera?.getSettings().facingMode;
    return mode === 'environment' ? 'environment' : 'user';
  }

  /** Stops everything, also what is still being asked for. */
  close(): void {
    this.#closed = true;
    for (const track of [this.#microphone, this.#camera, this.#screen]) {
      if (!track) continue;
      track.onended = null;
      track.stop();
    }
    this.#microphone = null;
    this.#camera = null;
    this.#screen = null;
    this.#listener.picture(null);
  }

  #voice(): MediaTrackConstraints {
    const { microphone } = this.#choice;
    return microphone === undefined ? VOICE : { ...VOICE, deviceId: { exact: microphone } };
  }

  #lens(): MediaTrackConstraints {
    const { camera, facing } = this.#choice;
    if (camera !== undefined) return { ...PICTURE, deviceId: { exact: camera } };
    return { ...PICTURE, facingMode: facing ?? 'user' };
  }

  #takeMicrophone(track: MediaStreamTrack | undefined, turn: number): void {
    if (!track) throw new DOMException('no microphone', 'NotFoundError');
    if (this.#closed || turn !== this.#microphoneTurn) {
      track.stop();
      return;
    }
    this.#dropMicrophone();
    this.#microphone = track;
    track.enabled = !this.#muted;
    // Unplugged: another one is better than none.
    track.onended = () => {
      if (this.#microphone === track) void this.openMicrophone();
    };
    this.#listener.track('audio', track);
    this.#listener.microphoneOpened();
  }

  #takeCamera(track: MediaStreamTrack | undefined, turn: number): void {
    if (!track) throw new DOMException('no camera', 'NotFoundError');
    if (this.#closed || turn !== this.#cameraTurn) {
      track.stop();
      return;
    }
    this.#dropCamera();
    this.#camera = track;
    track.onended = () => {
      if (this.#camera !== track) return;
      this.#dropCamera();
      this.#listener.cameraFailed('missing');
    };
    this.#listener.cameraOpened();
    this.#show();
  }

  #dropMicrophone(): void {
    if (!this.#microphone) return;
    this.#microphone.onended = null;
    this.#microphone.stop();
    this.#microphone = null;
    if (!this.#closed) this.#listener.track('audio', null);
  }

  #dropCamera(): void {
    if (!this.#camera) return;
    this.#camera.onended = null;
    this.#camera.stop();
    this.#camera = null;
    this.#show();
  }

  #show(): void {
    if (this.#closed) return;
    const { video } = this.tracks();
    this.#listener.track('video', video);
    this.#listener.picture(video ? new MediaStream([video]) : null);
  }
}
