// Looks at the connection of one call every other second: how good it is, and how much of a picture fits (audio first).

import { climb, ground, type Ladder, limitsOf } from './ladder.pure';
import type { Peer } from './peer';
import { type Judgement, judge, type Quality, unjudged } from './quality.pure';

/** More often tells nothing more: the other side reports once a second, or less. */
const LOOK_EVERY = 2_000;

/** What is told, each only where it changed or was measured anew. */
export interface MonitorListener {
  /** Whether a screen is sent instead of the camera. */
  screen(): boolean;
  quality(quality: Quality | null): void;
  /** The picture is held back, or not any more. */
  held(held: boolean): void;
}

/** Watches one call, over all attempts at its media. */
export class Monitor {
  readonly #listener: MonitorListener;
  readonly #timer: number;
  #peer: Peer | null = null;
  #ladder: Ladder = ground;
  #judgement: Judgement = unjudged;

  constructor(listener: MonitorListener) {
    this.#listener = listener;
    this.#timer = window.setInterval(() => void this.#look(), LOOK_EVERY);
  }

  /** Media goes over this connection from now on. Counters start anew; what the network can carry is not forgotten. */
  watch(peer: Peer): void {
    this.#peer = peer;
    this.#judgement = { ...unjudged, shown: this.#judgement.shown };
  }

  close(): void {
    window.clearInterval(this.#timer);
    this.#peer = null;
  }

  async #look(): Promise<void> {
    const peer = this.#peer;
    const reading = await peer?.reading();
    if (!peer || !reading || peer !== this.#peer) return;
    const before = this.#ladder.step;
    this.#ladder = climb(this.#ladder, reading);
    this.#judgement = judge(this.#judgement, reading);
    const { step } = this.#ladder;
    peer.limit(limitsOf(step, this.#listener.screen()));
    if ((step === 'held') !== (before === 'held')) this.#listener.held(step === 'held');
    this.#listener.quality(this.#judgement.shown);
  }
}
