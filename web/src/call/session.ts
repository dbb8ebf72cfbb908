// Performs what the machine asks for, and brings the answers back to it. It decides nothing.

import { words } from '../words';
import { Attention } from './attention';
import { Capture, type Choice } from './capture';
import { Claims } from './claims';
import { type Chosen, chosenDevices, type DeviceList, keepDevices, listDevices, noDevices, onDevices } from './devices';
import { Handover } from './handover';
import { handle, nextTick } from './machine.pure';
import { SystemControls } from './media-session';
import { recall, remember } from './memory';
import { Monitor } from './monitor';
import { Output } from './output';
import { captures, silent } from './own.pure';
import { Peer, type PeerListener } from './peer';
import type { CallKind, CallPort, Person, Refusal, ServerFrame } from './port';
import type { Quality } from './quality.pure';
import { visibleRings } from './standing.pure';
import { begin, type Effect, type Event, type Ring, type State } from './state.pure';
import { Tone } from './tone';
import { Vibration } from './vibration';
import { Wake } from './wake';
import { notChanged, notice } from './words';

/** Everything that the views draw. A new object on each change. */
export interface Shown {
  readonly state: State;
  readonly rings: readonly Ring[];
  readonly people: Readonly<Record<string, Person>>;
  /** The own picture: camera or screen. */
  readonly own: MediaStream | null;
  /** The other side's picture; whether there is something in it, `state` knows. */
  readonly remote: MediaStream | null;
  readonly devices: DeviceList;
  readonly chosen: Chosen;
  readonly facing: 'user' | 'environment';
  /** How good the connection is; `null` until it was looked at. */
  readonly quality: Quality | null;
  /** The browser keeps the page silent until somebody presses something. */
  readonly silenced: boolean;
  readonly minimised: boolean;
}

/** The calls of one tab. Views subscribe to it and call its methods, which are presses. */
export class CallSession {
  readonly #port: CallPort;
  readonly #listeners = new Set<(shown: Shown) => void>();
  readonly #queue: Event[] = [];
  readonly #asked = new Set<string>();
  readonly #attention = new Attention();
  readonly #wake = new Wake();
  readonly #vibration = new Vibration();
  readonly #controls = new SystemControls({
    hangUp: () => this.end(),
    microphone: () => this.toggleMicrophone(),
    camera: () => this.toggleCamera(),
  });
  readonly #tone: Tone;
  readonly #claims: Claims;
  #shown: Shown;
  #busy = false;
  #timer = 0;
  #capture: {
    readonly id: number;
    readonly capture: Capture;
    readonly output: Output;
    readonly monitor: Monitor;
    readonly peers: Handover;
  } | null = null;
  #undevices: (() => void) | null = null;

  constructor(port: CallPort, online: boolean) {
    this.#port = port;
    this.#shown = {
      state: begin(recall(), online),
      rings: [],
      people: {},
      own: null,
      remote: null,
      devices: noDevices,
      chosen: chosenDevices(),
      facing: 'user',
      quality: null,
      silenced: false,
      minimised: false,
    };
    this.#tone = new Tone((silenced) => this.#show({ silenced }));
    this.#claims = new Claims({
      won: (call) => this.#dispatch({ type: 'claim_won', call }),
      refused: (call) => this.#dispatch({ type: 'claim_refused', call }),
      lost: (call) => this.#dispatch({ type: 'claim_lost', call }),
    });
    window.addEventListener('online', this.#moved);
    connectionOf(navigator)?.addEventListener('change', this.#network);
    document.addEventListener('visibilitychange', this.#visible);
  }

  /** The Svelte store contract. */
  subscribe(listener: (shown: Shown) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#shown);
    return () => this.#listeners.delete(listener);
  }

  /** A frame of the server. */
  frame(frame: ServerFrame): void {
    this.#dispatch({ type: 'frame', frame });
  }

  /** The socket went up or down; going up counts from its `welcome`. */
  link(up: boolean): void {
    if (!up) this.#dispatch({ type: 'offline' });
  }

  /** The server's time. */
  now(): number {
    return this.#port.serverNow();
  }

  call(handleName: string, kind: CallKind): void {
    this.#show({ minimised: false });
    this.#dispatch({ type: 'press_call', attempt: key(), with: handleName, kind });
  }

  accept(call: string, video: boolean): void {
    this.#show({ minimised: false });
    this.#dispatch({ type: 'press_accept', call, video });
  }

  /** Answer was pressed on the notification of a ring. */
  pressed(call: string, caller: string): void {
    this.#show({ minimised: false });
    this.#dispatch({ type: 'press_notification', call, caller });
  }

  /** With a text, the caller gets it as a message. */
  decline(call: string, text: string | null = null): void {
    this.#dispatch({ type: 'press_decline', call, text });
  }

  end(): void {
    this.#dispatch({ type: 'press_end' });
  }

  toggleMicrophone(): void {
    this.#dispatch({ type: 'press_microphone' });
  }

  toggleCamera(): void {
    this.#dispatch({ type: 'press_camera' });
  }

  toggleScreen(): void {
    this.#dispatch({ type: 'press_screen' });
  }

  /** Brings a call of another tab into this one. */
  take(): void {
    this.#show({ minimised: false });
    this.#dispatch({ type: 'press_take' });
  }

  dismiss(): void {
    this.#dispatch({ type: 'dismiss' });
  }

  /** Leads to where a voice message is recorded, in place of the call (M-5). */
  leaveVoice(handle: string): void {
    this.dismiss();
    this.#port.leaveVoice(handle);
  }

  /** The word about the move to the relay was read (P-7). */
  understood(): void {
    this.#dispatch({ type: 'press_understood' });
  }

  /** How Enhanced call privacy stands. */
  privacy(): ReturnType<CallPort['privacy']> {
    return this.#port.privacy();
  }

  /** Turns it on or off; on, it moves a direct call to the relay, which the server does (P-7). Answers with words where
   * it failed. */
  async setPrivacy(on: boolean): Promise<string | null> {
    try {
      await this.#port.setPrivacy(on);
      return null;
    } catch (error) {
      return notChanged(refused(error)?.code ?? null);
    }
  }

  minimise(minimised: boolean): void {
    this.#show({ minimised });
  }

  /** The other camera of a phone. */
  flip(): void {
    const facing = this.#shown.facing === 'user' ? 'environment' : 'user';
    this.#show({ facing, chosen: { ...this.#shown.chosen, camera: undefined } });
    void this.#capture?.capture.choose(this.#choice());
  }

  /** Uses these devices, in this call and the next ones. */
  choose(chosen: Chosen): void {
    this.#show({ chosen });
    keepDevices(chosen);
    void this.#capture?.capture.choose(this.#choice());
    this.#capture?.output.choose(chosen.speaker ?? '');
  }

  /** Opens the conversation with somebody. */
  openConversation(handleName: string): void {
    this.#port.navigate(`/messages/${handleName}`);
    this.#show({ minimised: true });
  }

  /** Signed out: nothing stays open. */
  dispose(): void {
    this.#closeMedia();
    this.#claims.release();
    this.#tone.play('quiet');
    this.#vibration.set(false);
    this.#controls.show(null);
    this.#attention.show(null);
    this.#wake.set(false);
    window.clearTimeout(this.#timer);
    window.removeEventListener('online', this.#moved);
    connectionOf(navigator)?.removeEventListener('change', this.#network);
    document.removeEventListener('visibilitychange', this.#visible);
    this.#listeners.clear();
    remember(null);
  }

  readonly #moved = (): void => this.#dispatch({ type: 'network_changed', moved: true });
  readonly #network = (): void => this.#dispatch({ type: 'network_changed', moved: false });

  readonly #visible = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#capture?.capture.revive();
    // Timers of a page in the background are late.
    this.#dispatch({ type: 'tick' });
  };

  /** One event after the other, also those that an effect answers with at once. */
  #dispatch(event: Event): void {
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        const before = this.#shown.state;
        const { state, effects } = handle(before, next, this.now());
        if (state !== before) this.#follow(before, state);
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#busy = false;
    }
    this.#rearm();
  }

  #follow(before: State, state: State): void {
    const fresh = before.main.phase === 'idle' && state.main.phase !== 'idle';
    this.#show({ state, rings: visibleRings(state), ...(fresh ? { minimised: false } : {}) });
    const { main, rings } = state;
    for (const ring of rings) void this.#learn(ring.caller);
    if ('with' in main) void this.#learn(main.with);
    this.#control();
    if (state.pressed) void this.#learn(state.pressed.caller);
  }

  #rearm(): void {
    window.clearTimeout(this.#timer);
    const at = nextTick(this.#shown.state);
    if (at === null) return;
    // One more millisecond, because timers may fire a little early.
    this.#timer = window.setTimeout(() => this.#dispatch({ type: 'tick' }), Math.max(0, at - this.now()) + 1);
  }

  #show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    for (const listener of [...this.#listeners]) listener(this.#shown);
  }

  async #learn(handleName: string): Promise<void> {
    if (this.#asked.has(handleName)) return;
    this.#asked.add(handleName);
    try {
      const person = await this.#port.person(handleName);
      this.#show({ people: { ...this.#shown.people, [handleName]: person } });
      this.#alert();
      this.#control();
    } catch {
      // The handle alone will do; the next call asks again.
      this.#asked.delete(handleName);
    }
  }

  #nameOf(handleName: string): string {
    return this.#shown.people[handleName]?.name ?? `@${handleName}`;
  }

  #control(): void {
    const { main } = this.#shown.state;
    this.#controls.show(
      captures(main)
        ? {
            name: this.#nameOf(main.with),
            muted: silent(main.own),
            camera: main.own.camera === 'on',
          }
        : null,
    );
  }

  #alert(): void {
    const [ring] = this.#shown.rings;
    this.#attention.show(
      ring ? { title: words.call.isCalling(this.#nameOf(ring.caller)), body: words.call.kinds[ring.kind] } : null,
      // The worker shows the ring already, with buttons.
      !this.#port.rungByPush(),
    );
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#port.send(effect.frame);
        break;
      case 'invite':
        void this.#invite(effect);
        break;
      case 'notice': {
        const text = notice(effect.notice, (name) => this.#nameOf(name));
        if (text !== null) this.#port.toast(text);
        break;
      }
      case 'write':
        this.#port.write(effect.to, effect.text);
        this.#port.toast(words.call.quick.wrote(this.#nameOf(effect.to)));
        break;
      case 'open_media':
        this.#openMedia(effect);
        break;
      case 'close_media':
        this.#closeMedia();
        break;
      case 'open_microphone':
        this.#capture?.capture.mute(false);
        void this.#capture?.capture.openMicrophone();
        break;
      case 'mute':
        this.#capture?.capture.mute(effect.muted);
        break;
      case 'open_camera':
        void this.#capture?.capture.openCamera();
        break;
      case 'close_camera':
        this.#capture?.capture.closeCamera();
        break;
      case 'open_screen':
        void this.#capture?.capture.openScreen();
        break;
      case 'close_screen':
        this.#capture?.capture.closeScreen();
        break;
      case 'connect':
        this.#connect(effect);
        break;
      case 'servers':
        void this.#peer(effect.epoch)?.serve(effect.iceServers);
        break;
      case 'doubt_link':
        this.#port.doubtLink();
        break;
      case 'restart_ice':
        if (effect.sure) this.#peer(effect.epoch)?.restart();
        else void this.#peer(effect.epoch)?.probe();
        break;
      case 'remote_description':
        this.#peer(effect.epoch)?.description(effect.sdpType, effect.sdp);
        break;
      case 'remote_candidate':
        this.#peer(effect.epoch)?.candidate(effect.candidate, effect.mid, effect.ufrag);
        break;
      case 'sound':
        this.#tone.play(effect.sound);
        this.#vibration.set(effect.sound === 'ring');
        break;
      case 'attention':
        this.#alert();
        break;
      case 'stay_awake':
        this.#wake.set(effect.on);
        break;
      case 'remember':
        remember(effect.value);
        break;
      case 'claim':
        this.#claims.claim(effect.call, effect.steal);
        break;
      case 'unclaim':
        this.#claims.release();
        break;
    }
  }

  async #invite({ attempt, with: handleName, kind }: Extract<Effect, { type: 'invite' }>): Promise<void> {
    try {
      const view = await this.#port.invite({ with: handleName, kind, key: attempt });
      this.#dispatch({ type: 'invited', attempt, view });
    } catch (error) {
      this.#dispatch({ type: 'not_invited', attempt, code: refused(error)?.code ?? null });
    }
  }

  #choice(): Choice {
    const { chosen, facing } = this.#shown;
    return { microphone: chosen.microphone, camera: chosen.camera, facing };
  }

  #openMedia({ media, camera, muted }: Extract<Effect, { type: 'open_media' }>): void {
    const capture = new Capture(this.#choice(), muted, {
      microphoneOpened: () => {
        void this.#listDevices();
        this.#dispatch({ type: 'microphone_opened', media });
      },
      microphoneFailed: (trouble) => this.#dispatch({ type: 'microphone_failed', media, trouble }),
      cameraOpened: () => {
        void this.#listDevices();
        this.#show({ facing: capture.facing });
        this.#dispatch({ type: 'camera_opened', media });
      },
      cameraFailed: (trouble) => this.#dispatch({ type: 'camera_failed', media, trouble }),
      screenOpened: () => this.#dispatch({ type: 'screen_opened', media }),
      screenClosed: () => this.#dispatch({ type: 'screen_closed', media }),
      track: (kind, track) => peers.put(kind, track),
      picture: (own) => this.#show({ own }),
    });
    const output = new Output(this.#shown.chosen.speaker, (silenced) => this.#show({ silenced }));
    const monitor = new Monitor({
      screen: () => capture.sharing,
      quality: (quality) => this.#show({ quality }),
      held: (held) => this.#dispatch({ type: 'picture_held', media, held }),
    });
    const peers = new Handover({
      track: (track) => {
        if (track.kind === 'audio') output.play(track);
        else this.#show({ remote: new MediaStream([track]) });
      },
      gap: () => this.#dispatch({ type: 'carrier_lost' }),
    });
    this.#capture = { id: media, capture, output, monitor, peers };
    this.#undevices = onDevices(() => void this.#listDevices());
    void (camera ? capture.openBoth() : capture.openMicrophone());
  }

  #closeMedia(): void {
    this.#capture?.peers.close();
    this.#capture?.capture.close();
    this.#capture?.output.close();
    this.#capture?.monitor.close();
    this.#capture = null;
    this.#undevices?.();
    this.#undevices = null;
    this.#show({ own: null, remote: null, devices: noDevices, facing: 'user', quality: null });
  }

  #connect(effect: Extract<Effect, { type: 'connect' }>): void {
    const now = this.#capture;
    if (now?.id !== effect.media) return;
    const { peers } = now;
    const { epoch } = effect;
    const listener: PeerListener = {
      up: () => {
        peers.up(epoch);
        this.#dispatch({ type: 'peer_up', epoch });
      },
      quiet: (quiet) => {
        if (quiet) peers.lost(epoch);
        this.#dispatch({ type: 'peer_quiet', epoch, quiet });
      },
      lost: (failed) => {
        peers.lost(epoch);
        this.#dispatch({ type: 'peer_lost', epoch, failed });
      },
      stranded: () => this.#dispatch({ type: 'peer_stranded', epoch }),
      description: (sdpType, sdp) => this.#dispatch({ type: 'peer_description', epoch, sdpType, sdp }),
      candidate: (candidate, mid, ufrag) => this.#dispatch({ type: 'peer_candidate', epoch, candidate, mid, ufrag }),
      track: (track) => peers.track(epoch, track),
    };
    now.monitor.watch(peers.begin(() => new Peer(effect, now.capture.tracks(), listener), effect.carried));
  }

  /** The newest connection, where it is the one of this epoch. */
  #peer(epoch: number): Peer | null {
    const newest = this.#capture?.peers.newest;
    return newest?.epoch === epoch ? newest : null;
  }

  async #listDevices(): Promise<void> {
    const devices = await listDevices();
    if (this.#capture) this.#show({ devices });
  }
}

/** 128 random bits, in a form that a header or a log line carries unharmed. */
function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function refused(error: unknown): Refusal | null {
  const is = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return is && 'title' in error ? (error as Refusal) : null;
}

/** The Network Information API, where the browser has it. */
function connectionOf(from: Navigator): EventTarget | null {
  const connection: unknown = Reflect.get(from, 'connection');
  return connection instanceof EventTarget ? connection : null;
}
