// One peer connection of one epoch: perfect negotiation (W3C WebRTC, 10.1) over frames that may get lost with the link.
//
// Two transceivers, audio and video, are negotiated once and for both ways. Camera, screen and silence are only tracks
// put into them, so nothing is negotiated again but ICE restarts, and nothing that the other side sends can change
// what is captured here (C-18).

import type { Limits } from './ladder.pure';
import { peerRules } from './path.pure';
import { noPulse, READ_EVERY, read } from './pulse.pure';
import type { Reading } from './quality.pure';
import type { IceServer, Path, Role, SdpType } from './state.pure';
import { isRelayed, readingOf } from './stats';

/** How often it is looked whether anything arrives. */
const LOOK_EVERY = 2_000;
/** Looks in a row that find nothing new before media counts as lost. A browser sends sound 50 times a second, also
 * silence, and asks for consent every few seconds: three looks without a packet of any kind are no accident. */
const LOOKS = 3;

/** How long the callee leaves it to the caller to say that media is on a relay that goes away: of two who say so at once,
 * one would start over for nothing. */
const CALLER_FIRST = 500;

/** What the connection tells. */
export interface PeerListener {
  /** Media can flow. */
  up(): void;
  /** The other side's sound has stopped to flow, or flows again. */
  quiet(quiet: boolean): void;
  /** It cannot for now, or, `failed`, not without an ICE restart. */
  lost(failed: boolean): void;
  /** Media goes over a relay that goes away. */
  stranded(): void;
  /** For the other side. */
  description(type: SdpType, sdp: string): void;
  /** For the other side. */
  candidate(candidate: string, mid: string, ufrag: string | null): void;
  /** A track of the other side; it stays the same for the whole epoch. */
  track(track: MediaStreamTrack): void;
}

/** How the connection is set up. */
export interface PeerSetup {
  readonly epoch: number;
  readonly role: Role;
  readonly path: Path;
  readonly iceServers: readonly IceServer[];
}

type Kind = 'audio' | 'video';

/** A connection; made after the person's press, and closed with the call or the epoch. */
export class Peer {
  readonly epoch: number;
  readonly #pc: RTCPeerConnection;
  readonly #listener: PeerListener;
  /** The callee gives way when offers cross. */
  readonly #polite: boolean;
  readonly #tracks: Record<Kind, MediaStreamTrack | null>;
  readonly #path: Path;
  #servers: readonly IceServer[];
  readonly #senders: Partial<Record<Kind, RTCRtpSender>> = {};
  #limits: Limits | null = null;
  #offering = false;
  #timer = 0;
  #reader = 0;
  /** A restart is under way that nothing has come of yet. */
  #restarted = false;
  #pulse = noPulse;
  #heard = 0;
  /** Looks in a row that found nothing new. */
  #silent = 0;
  #early: RTCIceCandidateInit[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(setup: PeerSetup, tracks: Record<Kind, MediaStreamTrack | null>, listener: PeerListener) {
    this.epoch = setup.epoch;
    this.#listener = listener;
    this.#polite = setup.role === 'callee';
    this.#tracks = { ...tracks };
    this.#path = setup.path;
    this.#servers = setup.iceServers;
    const pc = new RTCPeerConnection(peerRules(setup.path, setup.iceServers));
    this.#pc = pc;
    pc.onnegotiationneeded = () => void this.#offer();
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate || candidate.sdpMid === null) return;
      listener.candidate(candidate.candidate, candidate.sdpMid, candidate.usernameFragment);
    };
    pc.ontrack = ({ track }) => listener.track(track);
    pc.onconnectionstatechange = () => {
      const { connectionState } = pc;
      if (connectionState === 'connected') {
        this.#watch();
        this.#feel();
        listener.up();
      } else if (connectionState === 'disconnected') listener.lost(false);
      else if (connectionState === 'failed') listener.lost(true);
    };
    if (setup.role === 'caller') {
      for (const kind of ['audio', 'video'] as const) {
        this.#adopt(kind, pc.addTransceiver(kind, { direction: 'sendrecv' }));
      }
    }
  }

  /** Sends this track from now on, or nothing. */
  put(kind: Kind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    void this.#senders[kind]?.replaceTrack(track).catch(() => {
      // The connection was closed meanwhile; the next one starts with the tracks of its time.
    });
  }

  /** What the browser counts now; `null` while media is not up. */
  async reading(): Promise<Reading | null> {
    if (this.#pc.connectionState !== 'connected') return null;
    const report = await this.#pc.getStats().catch(() => null);
    return report && readingOf(report, performance.now());
  }

  /** How much of a picture is sent from now on. */
  limit(limits: Limits): void {
    const sender = this.#senders.video;
    if (!sender || limits === this.#limits) return;
    this.#limits = limits;
    const { active, scale, bitrate, frames } = limits;
    void tune(sender, (encoding) => {
      encoding.active = active;
      encoding.scaleResolutionDownBy = scale;
      if (bitrate === null) delete encoding.maxBitrate;
      else encoding.maxBitrate = bitrate;
      if (frames === null) delete encoding.maxFramerate;
      else encoding.maxFramerate = frames;
    }).then((done) => {
      // Refused, for example between an offer and its answer: the next look tries again.
      if (!done && this.#limits === limits) this.#limits = null;
    });
  }

  /** Whether the other side's sound has come out of this one. */
  heard(): boolean {
    return this.#pc.getReceivers().some((it) => it.track.kind === 'audio' && it.getSynchronizationSources().length > 0);
  }

  /** Uses another relay from the next restart on, because the one of before goes away. What flows past that one is left
   * alone. */
  async serve(iceServers: readonly IceServer[]): Promise<void> {
    const urls = (servers: readonly IceServer[]) => servers.flatMap((it) => it.urls).join();
    // Said again, as after a gap in the link.
    if (urls(iceServers) === urls(this.#servers)) return;
    this.#servers = iceServers;
    this.#pc.setConfiguration(peerRules(this.#path, iceServers));
    const report = await this.#pc.getStats().catch(() => null);
    if (!report || !isRelayed(report)) return;
    window.setTimeout(() => this.#listener.stranded(), this.#polite ? CALLER_FIRST : 0);
  }

  /** Tries to bring media back. An offer of ours that has no answer may be lost: it is said again instead. */
  restart(): void {
    // What arrives from now on says that it is back.
    this.#pulse = { ...this.#pulse, quiet: true };
    this.#restarted = true;
    if (this.#pc.signalingState === 'have-local-offer') this.#tell();
    else if (this.#pc.remoteDescription) this.#pc.restartIce();
  }

  /** The network may have changed: restarts, unless packets arrive all the same. */
  async probe(): Promise<void> {
    const before = await this.#received();
    await new Promise((resolve) => window.setTimeout(resolve, 1_000));
    const after = await this.#received();
    if (this.#restarted) return;
    if (this.#pc.signalingState === 'have-local-offer' || before === after) this.restart();
  }

  /** The other side's description. */
  description(type: SdpType, sdp: string): void {
    this.#then(async () => {
      const pc = this.#pc;
      if (type === 'answer') {
        if (pc.signalingState !== 'have-local-offer') return;
        await pc.setRemoteDescription({ type, sdp });
      } else {
        const collides = this.#offering || pc.signalingState !== 'stable';
        if (collides && !this.#polite) {
          // The other side made an offer because it has not seen ours.
          this.#tell();
          return;
        }
        await pc.setRemoteDescription({ type, sdp });
        for (const transceiver of pc.getTransceivers()) this.#meet(transceiver);
        await pc.setLocalDescription();
        this.#tell();
      }
      const early = this.#early;
      this.#early = [];
      for (const candidate of early) await this.#add(candidate);
    });
  }

  /** The other side's candidate. */
  candidate(candidate: string, mid: string, ufrag: string | null): void {
    const init: RTCIceCandidateInit = {
      candidate,
      sdpMid: mid,
      ...(ufrag === null ? {} : { usernameFragment: ufrag }),
    };
    this.#then(async () => {
      if (this.#pc.remoteDescription) await this.#add(init);
      else this.#early.push(init);
    });
  }

  /** Ends it; nothing is told after this. */
  close(): void {
    const pc = this.#pc;
    pc.onnegotiationneeded = null;
    pc.onicecandidate = null;
    pc.ontrack = null;
    pc.onconnectionstatechange = null;
    window.clearInterval(this.#timer);
    window.clearInterval(this.#reader);
    pc.close();
  }

  /** After an ICE restart by Chromium, Firefox can be left without a packet while both say `connected`: Chromium may
   * settle on a pair of the old generation. A restart from the other side repairs it, so each side listens. */
  #watch(): void {
    if (this.#timer !== 0) return;
    this.#timer = window.setInterval(async () => {
      const heard = await this.#received();
      const fresh = heard !== this.#heard;
      this.#heard = heard;
      const back = this.#silent >= LOOKS || this.#restarted;
      if (fresh && back && this.#pc.connectionState === 'connected') {
        this.#restarted = false;
        this.#listener.up();
      }
      this.#silent = fresh ? 0 : this.#silent + 1;
      if (this.#silent === LOOKS && this.#pc.connectionState === 'connected') this.#listener.lost(true);
    }, LOOK_EVERY);
  }

  /** Follows the other side's sound, closely. */
  #feel(): void {
    const receiver = this.#pc.getReceivers().find((entry) => entry.track.kind === 'audio');
    if (this.#reader !== 0 || !receiver) return;
    this.#reader = window.setInterval(async () => {
      const report = await receiver.getStats().catch(() => null);
      let count = 0;
      report?.forEach((entry: Record<string, unknown>) => {
        const { type, packetsReceived } = entry;
        if (type === 'inbound-rtp' && typeof packetsReceived === 'number') count += packetsReceived;
      });
      const [pulse, told] = read(this.#pulse, count, performance.now());
      this.#pulse = pulse;
      if (told === null || this.#pc.connectionState === 'closed') return;
      if (told === 'back') this.#restarted = false;
      this.#listener.quiet(told === 'stopped');
    }, READ_EVERY);
  }

  /** A number that grows with whatever arrives: sound, pictures, reports, answers to consent checks. */
  async #received(): Promise<number> {
    const report = await this.#pc.getStats().catch(() => null);
    let sum = 0;
    report?.forEach((entry: Record<string, unknown>) => {
      for (const key of ['packetsReceived', 'bytesReceived', 'responsesReceived', 'roundTripTimeMeasurements']) {
        const value = entry[key];
        if (typeof value === 'number') sum += value;
      }
    });
    return sum;
  }

  async #offer(): Promise<void> {
    try {
      this.#offering = true;
      await this.#pc.setLocalDescription();
      this.#tell();
    } catch {
      // Closed, or overtaken by the other side's offer: the browser asks again if there is still a need.
    } finally {
      this.#offering = false;
    }
  }

  #tell(): void {
    const local = this.#pc.localDescription;
    if (local && (local.type === 'offer' || local.type === 'answer')) this.#listener.description(local.type, local.sdp);
  }

  /** The callee takes over the transceivers that the first offer made, in both directions. */
  #meet(transceiver: RTCRtpTransceiver): void {
    const { kind } = transceiver.receiver.track;
    if ((kind !== 'audio' && kind !== 'video') || this.#senders[kind]) return;
    transceiver.direction = 'sendrecv';
    this.#adopt(kind, transceiver);
  }

  #adopt(kind: Kind, transceiver: RTCRtpTransceiver): void {
    this.#senders[kind] = transceiver.sender;
    // Audio first, where the two compete.
    if (kind === 'audio') {
      void tune(transceiver.sender, (encoding) => {
        encoding.priority = 'high';
        encoding.networkPriority = 'high';
      });
    }
    this.put(kind, this.#tracks[kind]);
  }

  async #add(candidate: RTCIceCandidateInit): Promise<void> {
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch {
      // Candidates of an offer that was ignored, or of a description that has been replaced, fit nowhere.
    }
  }

  /** One signal after the other, in the order of the frames. One that fails harms no other: time decides (C-19). */
  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch(() => {});
  }
}

/** Changes how a track is sent; whether the browser took it. */
async function tune(sender: RTCRtpSender, change: (encoding: RTCRtpEncodingParameters) => void): Promise<boolean> {
  const parameters = sender.getParameters();
  if (parameters.encodings.length === 0) return false;
  parameters.encodings.forEach(change);
  return sender.setParameters(parameters).then(
    () => true,
    () => false,
  );
}
