// One peer connection takes over from another without a gap: the one before is heard until the other side is heard over
// the new one, and goes on sending for a moment after that, because the other side may be later.

import type { Peer } from './peer';

type Kind = 'audio' | 'video';

/** How often it is looked whether the other side is heard over the new one. */
const LOOK_EVERY = 20;
/** Who has no microphone is not heard. Higher waits longer for nothing, lower takes over too early on a slow machine. */
const HEARD_WITHIN = 1_000;
/** How long the one before goes on. Higher sends everything twice for longer, lower leaves a gap at the other side. */
const TAIL = 1_000;

/** What a handover tells. */
export interface HandoverListener {
  /** To be heard or seen from now on. */
  track(track: MediaStreamTrack): void;
  /** Nothing comes over the one before any more, and the new one is not up. */
  gap(): void;
}

/** The connections of one call: the newest, and for a while the one before it. */
export class Handover {
  readonly #listener: HandoverListener;
  #newest: Peer | null = null;
  #before: Peer | null = null;
  /** The newest is heard; the one before only sends. */
  #taken = false;
  #tracks: MediaStreamTrack[] = [];
  #timer = 0;

  constructor(listener: HandoverListener) {
    this.#listener = listener;
  }

  /** The one that is negotiated about. */
  get newest(): Peer | null {
    return this.#newest;
  }

  /** Another one takes over: `carried`, when it is up; else those before end now. */
  begin(make: () => Peer, carried: boolean): Peer {
    window.clearTimeout(this.#timer);
    this.#tracks = [];
    if (carried && this.#before && !this.#taken) {
      // One that never came up: the one before goes on carrying.
      this.#newest?.close();
    } else {
      this.#before?.close();
      this.#before = this.#newest;
    }
    this.#taken = false;
    if (!carried) {
      this.#before?.close();
      this.#before = null;
    }
    this.#newest = make();
    return this.#newest;
  }

  /** Sends this track from now on, or nothing, over all there are (C-18). */
  put(kind: Kind, track: MediaStreamTrack | null): void {
    this.#newest?.put(kind, track);
    this.#before?.put(kind, track);
  }

  /** A track of the other side has come over one of epoch `epoch`. */
  track(epoch: number, track: MediaStreamTrack): void {
    if (epoch !== this.#newest?.epoch) return;
    if (this.#before && !this.#taken) this.#tracks.push(track);
    else this.#listener.track(track);
  }

  /** Media is up over one of epoch `epoch`. */
  up(epoch: number): void {
    if (epoch !== this.#newest?.epoch || !this.#before || this.#taken) return;
    window.clearTimeout(this.#timer);
    this.#listen(performance.now() + HEARD_WITHIN);
  }

  /** Nothing comes over one of epoch `epoch`. */
  lost(epoch: number): void {
    if (this.#before?.epoch === epoch && !this.#taken) this.#listener.gap();
  }

  /** Ends all of them; nothing is told after this. */
  close(): void {
    window.clearTimeout(this.#timer);
    this.#newest?.close();
    this.#before?.close();
    this.#newest = null;
    this.#before = null;
    this.#tracks = [];
  }

  #listen(until: number): void {
    if (!this.#newest?.heard() && performance.now() < until) {
      this.#timer = window.setTimeout(() => this.#listen(until), LOOK_EVERY);
      return;
    }
    this.#taken = true;
    for (const track of this.#tracks) this.#listener.track(track);
    this.#tracks = [];
    this.#timer = window.setTimeout(() => {
      this.#before?.close();
      this.#before = null;
    }, TAIL);
  }
}
