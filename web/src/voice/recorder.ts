// A microphone that is recorded. Opened by a press, and closed whenever nothing is recorded.
import { kindOf, loudness, type VoiceTrouble } from './recording.pure';

/** What the recorder tells. */
export interface RecorderListener {
  opened(): void;
  failed(trouble: VoiceTrouble): void;
  /** So much is recorded, and this loud. */
  heard(ms: number, level: number): void;
  /** All there is. */
  finished(sound: Blob): void;
}

/** Speech stays clear at this rate; two minutes are 360 KB, and the server takes 1 MiB. */
const BITS_PER_SECOND = 24_000;
/** How often the level is read. */
const TICK = 100;

/** Why the browser did not give a microphone. */
function troubleOf(error: unknown): VoiceTrouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'other';
}

/** One recording at a time. */
export class Recorder {
  readonly #listener: RecorderListener;
  #stream: MediaStream | undefined;
  #recorder: MediaRecorder | undefined;
  #ears: AudioContext | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Counts the requests: an answer to any but the newest is given back at once. */
  #turn = 0;

  constructor(listener: RecorderListener) {
    this.#listener = listener;
  }

  /** Asks for the microphone and begins. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    // Browsers hide media devices from pages that were not loaded over HTTPS or from this machine.
    if (!navigator.mediaDevices) return this.#listener.failed('insecure');
    if (!('MediaRecorder' in window)) return this.#listener.failed('unsupported');
    const kind = kindOf((one) => MediaRecorder.isTypeSupported(one));
    if (kind === undefined) return this.#listener.failed('unsupported');
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      if (turn !== this.#turn) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      this.#record(stream, kind);
    } catch (error) {
      if (turn === this.#turn) this.#listener.failed(troubleOf(error));
    }
  }

  /** No more: what there is comes as `finished`. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop();
  }

  /** Lets the microphone go, at once. */
  close(): void {
    this.#turn += 1;
    clearInterval(this.#timer);
    const recorder = this.#recorder;
    this.#recorder = undefined;
    if (recorder && recorder.state !== 'inactive') recorder.stop();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    void this.#ears?.close();
    this.#ears = undefined;
  }

  #record(stream: MediaStream, kind: string): void {
    const recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: BITS_PER_SECOND });
    const pieces: Blob[] = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => {
      // Discarded.
      if (this.#recorder !== recorder) return;
      this.#listener.finished(new Blob(pieces, { type: kind.split(';')[0] ?? kind }));
    };
    recorder.onstart = () => {
      if (this.#recorder !== recorder) return;
      this.#listener.opened();
      this.#watch(stream);
    };
    this.#recorder = recorder;
    // In pieces, so that what was recorded is there also when the microphone goes away.
    recorder.start(1_000);
  }

  #watch(stream: MediaStream): void {
    const ears = new AudioContext();
    this.#ears = ears;
    const analyser = ears.createAnalyser();
    analyser.fftSize = 2_048;
    ears.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    const since = performance.now();
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      this.#listener.heard(performance.now() - since, loudness(wave));
    }, TICK);
  }
}
