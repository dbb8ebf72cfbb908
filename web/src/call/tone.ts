// Ring, ringback and call waiting, made of oscillators: no file to load, nothing to wait for.

import type { Sound } from './state.pure';

/** A note: when it starts and ends in its round, and how it glides; seconds and hertz. */
interface Note {
  readonly at: number;
  readonly for: number;
  readonly from: number;
  readonly to: number;
  readonly gain: number;
}

interface Tune {
  /** Length of a round. */
  readonly round: number;
  readonly notes: readonly Note[];
}

const chirp = (at: number, from: number, to: number): Note => ({ at, for: 0.14, from, to, gain: 0.22 });
const hum = (hertz: number): Note => ({ at: 0, for: 1.6, from: hertz, to: hertz, gain: 0.035 });

const tunes: Record<Exclude<Sound, 'quiet'>, Tune> = {
  // A bird's call: three rising chirps, a breath, and again.
  ring: {
    round: 2.6,
    notes: [0, 0.2, 0.4, 0.9, 1.1, 1.3].map((at, index) =>
      chirp(at, 1250 + (index % 3) * 180, 1900 + (index % 3) * 260),
    ),
  },
  waiting: {
    round: 4,
    notes: [
      { at: 0, for: 0.12, from: 880, to: 880, gain: 0.05 },
      { at: 0.22, for: 0.12, from: 880, to: 880, gain: 0.05 },
    ],
  },
  ringback: { round: 4.4, notes: [hum(425), hum(450)] },
};

/** Only one tab of the browser sounds the ring. */
const LOCK = 'birdcall-ring';

/** Plays one tune at a time. */
export class Tone {
  readonly #blocked: (blocked: boolean) => void;
  #context: AudioContext | null = null;
  #timer = 0;
  #sound: Sound = 'quiet';
  #release: (() => void) | null = null;

  /** `blocked`: the browser wants a press before it lets the page be heard. */
  constructor(blocked: (blocked: boolean) => void) {
    this.#blocked = blocked;
  }

  /** Plays this from now on, or nothing. */
  play(sound: Sound): void {
    this.#stop();
    this.#sound = sound;
    if (sound === 'quiet' || !('AudioContext' in window)) return;
    const context = new AudioContext();
    this.#context = context;
    const go = () => {
      if (this.#context === context) this.#alone(sound, context);
    };
    if (context.state === 'running') {
      go();
      return;
    }
    // A page that nobody has touched yet may not sound; the ring itself says so, and any press helps.
    this.#blocked(true);
    const wake = () => {
      // Refused, or closed meanwhile because the ring is over.
      context.resume().catch(() => {});
    };
    document.addEventListener('pointerdown', wake);
    document.addEventListener('keydown', wake);
    const change = () => {
      if (context.state === 'suspended') return;
      document.removeEventListener('pointerdown', wake);
      document.removeEventListener('keydown', wake);
      context.removeEventListener('statechange', change);
      this.#blocked(false);
      if (context.state === 'running') go();
    };
    context.addEventListener('statechange', change);
    wake();
  }

  #alone(sound: Exclude<Sound, 'quiet'>, context: AudioContext): void {
    if (sound !== 'ring' || !navigator.locks) {
      this.#round(sound, context);
      return;
    }
    void navigator.locks.request(LOCK, () => {
      if (this.#context !== context) return;
      this.#round(sound, context);
      return new Promise<void>((release) => {
        this.#release = release;
      });
    });
  }

  #round(sound: Exclude<Sound, 'quiet'>, context: AudioContext): void {
    if (this.#sound !== sound || this.#context !== context) return;
    const { notes, round } = tunes[sound];
    const now = context.currentTime + 0.03;
    for (const note of notes) this.#note(context, note, now + note.at);
    this.#timer = window.setTimeout(() => this.#round(sound, context), round * 1000);
  }

  #note(context: AudioContext, note: Note, at: number): void {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const end = at + note.for;
    oscillator.frequency.setValueAtTime(note.from, at);
    oscillator.frequency.exponentialRampToValueAtTime(note.to, end);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(note.gain, at + 0.02);
    gain.gain.setValueAtTime(note.gain, end - 0.04);
    gain.gain.linearRampToValueAtTime(0, end);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(end);
  }

  #stop(): void {
    window.clearTimeout(this.#timer);
    this.#release?.();
    this.#release = null;
    this.#sound = 'quiet';
    // Closing fires `statechange`, which takes the listeners off.
    void this.#context?.close().catch(() => {});
    this.#context = null;
  }
}
