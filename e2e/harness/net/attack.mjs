// A malicious client in a call with a person's browser: what it tries, and what came of it. Findings are sentences that
// say what went wrong; where everything was refused and counted there are none.

import { CANDIDATES, own, TAMPERINGS, withCandidates } from './bait.mjs';
import { grown } from './figures.mjs';

const CLIENT = new URL('./client.mjs', import.meta.url);
const PASSWORD = 'birdcall-demo';

const FILTERED = /^birdcall_filtered_candidates/;
const REFUSED = /^birdcall_refused_frames/;

/** Somebody with a program of his own, on ann's host. */
export class Attacker {
  /** What went wrong. @type {string[]} */
  findings = [];
  /** The call. */
  call = '';
  epoch = 0;
  #town;
  #place = 0;

  /**
   * @param {import('./town.mjs').Town} town
   * @param {string} handle
   */
  static async signIn(town, handle) {
    const attacker = new Attacker();
    attacker.handle = handle;
    attacker.#town = town;
    attacker.client = await town.hosts.ann.inside.make(CLIENT, 'Client', town.origin());
    await attacker.client.signIn(handle, PASSWORD);
    await attacker.client.next('welcome');
    return attacker;
  }

  /** Calls somebody. */
  async invite(handle) {
    const key = `attack-${Math.random().toString(16).slice(2)}`;
    this.#place = await this.client.place();
    const view = await this.client.ask('POST', '/calls', { with: handle, kind: 'audio', key });
    this.call = view.call;
  }

  /** Waits until it rings. */
  async rung() {
    this.call = (await this.#next('ring')).call;
  }

  async accept() {
    await this.client.send({ type: 'call_accept', call: this.call });
  }

  /** Waits until the call has been accepted. */
  async started() {
    const frame = await this.#next('call_started');
    this.epoch = frame.epoch;
    this.path = frame.path;
    [this.credential] = frame.ice_servers;
    return frame;
  }

  /** The next description of the other side. */
  async description() {
    return (await this.#next('call_description')).sdp;
  }

  /** Nothing of all this may pass while it rings: it is nobody's turn. The callee has no description yet. */
  async beforeAccept(sdp) {
    const descriptions = sdp ? [this.#description('offer', withCandidates(sdp))] : [];
    const frames = [...descriptions, ...this.#candidates()];
    await this.#counted('before accept', frames, frames.length, 0);
  }

  /** Descriptions with everything in them, and candidates in frames of their own. */
  async describe(when, type, sdp) {
    const before = (await this.#town.figures.read()) ?? {};
    await this.client.send(this.#description(type, withCandidates(own(sdp, type))));
    await this.#settled();
    const sections = sdp.match(/^m=/gm).length;
    const after = await this.#town.figures.read();
    const dropped = grown(before, after, FILTERED) + grown(before, after, REFUSED);
    const given = CANDIDATES.length * sections;
    if (dropped < given && grown(before, after, REFUSED) === 0) {
      this.findings.push(`${when}: of ${given} candidates in a description ${dropped} were refused and counted`);
    }
    await this.#counted(when, this.#candidates(), 0, CANDIDATES.length);
  }

  /** Offers with addresses everywhere else. Whether they are refused or cleaned: nothing of it may arrive. */
  async tamper(sdp) {
    for (const [, change] of TAMPERINGS) {
      const changed = change(own(sdp, 'offer'));
      await this.client.send(this.#description('offer', changed));
      await this.#settled();
    }
  }

  async hangUp() {
    await this.client.send({ type: 'call_hang_up', call: this.call });
    await this.#next('call_ended');
  }

  /** Sends frames, and looks whether each was refused or dropped, and counted. */
  async #counted(when, frames, refused, atLeast) {
    const before = await this.#town.figures.read();
    for (const frame of frames) await this.client.send(frame);
    await this.#settled();
    const after = await this.#town.figures.read();
    const [no, dropped] = [grown(before, after, REFUSED), grown(before, after, FILTERED)];
    if (no < refused || no + dropped < Math.max(refused, atLeast)) {
      this.findings.push(`${when}: of ${frames.length} frames ${no} were refused and ${dropped} filtered`);
    }
  }

  /** What was sent before has been dealt with: frames of a socket are taken in order. */
  async #settled() {
    const place = await this.client.place();
    await this.client.send({ type: 'ping' });
    await this.client.next('pong', place);
  }

  async #next(type) {
    const { frame, place } = await this.client.next(type, this.#place);
    this.#place = place;
    return frame;
  }

  #description(type, sdp) {
    return { type: 'call_description', call: this.call, epoch: this.epoch, sdp_type: type, sdp };
  }

  #candidates() {
    return CANDIDATES.map((candidate) => ({
      type: 'call_candidate',
      call: this.call,
      epoch: this.epoch,
      candidate,
      mid: '0',
    }));
  }
}
