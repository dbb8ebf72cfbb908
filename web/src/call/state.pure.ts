// What a call is to one tab: its states, what can happen to it, and what it asks to be done.
//
//                press_call                invited             call_started           both have media
//   idle ───────────────▶ starting ─────────────▶ outgoing ─────────────▶ connecting ─────────────▶ active
//    ▲  ▲                    │ glare (C-15) └──▶ answering ────────▶──────┘    ▲                       │
//    │  └─ elsewhere         │                       ▲                         │ a newer epoch         │
//    │     (another tab)     ▼                  press_accept              returning ◀─ reload (C-19) ──┤
//    └───────────────────── ended ◀───── call_ended, refused, lost, press_end ─────────────────────────┘
//
// Rings stand beside it: several people can call at once, also during a call (call waiting, C-15).
// Times are the server's clock in milliseconds, and always arguments.

import type { Way } from './path.pure';
import type { CallKind, CallView, ClientFrame, Code, MediaState, Schemas, ServerFrame } from './port';

/** The media attempt's route and servers, as `call_started` gives them. */
export type Path = Schemas['Path'];
/** One's side of a call. */
export type Role = Schemas['Role'];
/** Offer or answer. */
export type SdpType = Schemas['SdpType'];
/** A server of the relay. */
export type IceServer = Schemas['IceServer'];

/** Why a microphone, camera or screen could not be had. */
export type Trouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'other';

/** What this side captures and sends. Only a person's own press turns anything on (C-11, C-18). */
export interface Own {
  /** The capture's number; answers that carry another one are late and dropped. */
  readonly media: number;
  readonly microphone: 'opening' | 'live' | 'none';
  readonly muted: boolean;
  /** `resting`: a shared screen has taken its place; it comes back when sharing stops. */
  readonly camera: 'off' | 'opening' | 'on' | 'resting';
  readonly screen: 'off' | 'opening' | 'on';
  /** The network is too poor for a picture, so none is sent: audio first. */
  readonly held: boolean;
  readonly microphoneTrouble: Trouble | null;
  readonly cameraTrouble: Trouble | null;
}

/** Media that is not up: since when, and what was done about it. */
export interface Loss {
  readonly since: number;
  /** ICE restarts so far. */
  readonly tries: number;
  /** When to restart ICE the next time. */
  readonly next: number;
  /** When the server was told that media is lost for good. */
  readonly told: number | null;
}

/** No call in this tab. */
export interface Idle {
  readonly phase: 'idle';
}

/** Call was pressed; the server has not answered. */
export interface Starting {
  readonly phase: 'starting';
  /** Names the request; its answer brings it back. */
  readonly attempt: string;
  readonly with: string;
  readonly kind: CallKind;
  readonly own: Own;
  /** An abandoned request is still in flight and goes first. */
  readonly waiting: boolean;
  readonly retries: number;
  readonly retryAt: number | null;
  /** Progress that overtook the answer. */
  readonly early: { readonly call: string; readonly devices: number } | null;
}

/** It rings at the other side. */
export interface Outgoing {
  readonly phase: 'outgoing';
  readonly call: string;
  readonly with: string;
  readonly kind: CallKind;
  readonly path: Path;
  readonly own: Own;
  readonly deadline: number | null;
  /** On how many devices it rings, where one may know (C-16). */
  readonly devices: number | null;
  /** Since when that is so. */
  readonly devicesAt: number;
}

/** Accepted by a press here, or merged by glare; media may start any moment. */
export interface Answering {
  readonly phase: 'answering';
  readonly call: string;
  readonly with: string;
  readonly kind: CallKind;
  /** What the ring already fixed: a path only tightens. */
  readonly way: Way;
  readonly own: Own;
  readonly at: number;
  /** The server was asked to start media over, because its word did not come. */
  readonly asked: boolean;
}

/** In a call before the page was loaded anew, and on the way back into it (C-19). */
export interface Returning {
  readonly phase: 'returning';
  readonly call: string;
  readonly with: string;
  readonly kind: CallKind;
  /** `claiming`: another tab may hold the call. `rejoining`: the server was asked to start media over. */
  readonly stage: 'claiming' | 'rejoining';
  /** How the call stood when last told in full; absent once it is known to be answered. */
  readonly view: CallView | null;
  /** How it went before the reload. */
  readonly way: Way;
  readonly own: Own;
  readonly at: number;
}

interface Talk {
  readonly call: string;
  readonly with: string;
  readonly kind: CallKind;
  readonly role: Role;
  readonly way: Way;
  readonly epoch: number;
  /** The path of this epoch's connection. The way may be known to be tighter, and this one on its way out. */
  readonly path: Path;
  readonly own: Own;
  /** What the other side says it sends. */
  readonly remote: MediaState | null;
  /** Set while media is not up. */
  readonly loss: Loss | null;
  /** That of the epoch before is heard until then. */
  readonly carried: boolean;
  /** The server knows that media of this epoch is up. */
  readonly said: boolean;
  /** Times the whole media was started over because signalling had lost step. */
  readonly rejoins: number;
}

/** Answered; media is being set up for the first time. */
export interface Connecting extends Talk {
  readonly phase: 'connecting';
}

/** Both sides have had media. `loss` set: reconnecting. */
export interface Active extends Talk {
  readonly phase: 'active';
  readonly since: number;
}

/** This device is in a call, but not this tab. */
export interface Elsewhere {
  readonly phase: 'elsewhere';
  readonly call: string;
  readonly with: string;
  readonly kind: CallKind;
  /** As in `Returning`. */
  readonly view: CallView | null;
  readonly way: Way;
}

/** Why a call is over, as words need it. */
export type Ending =
  | { readonly type: 'server'; readonly reason: Schemas['EndReason']; readonly detail: Schemas['FailDetail'] | null }
  | { readonly type: 'ring'; readonly stop: Schemas['RingStop'] }
  | { readonly type: 'refused'; readonly code: Code }
  /** `left`: End was pressed here. `unreachable`: the server did not answer. `gone`: it was over when this tab came
   * back. `lost`: no media for too long. `offline`: no server for too long. */
  | { readonly type: 'local'; readonly what: 'left' | 'unreachable' | 'gone' | 'lost' | 'offline' };

/** Over, and said so until dismissed. */
export interface Ended {
  readonly phase: 'ended';
  readonly call: string | null;
  readonly with: string;
  readonly kind: CallKind;
  /** On which side of it this was; unknown where the tab came back too late to be told. */
  readonly role: Role | null;
  readonly ending: Ending;
  /** Seconds of talk. */
  readonly seconds: number | null;
  readonly way: Way;
}

/** What this tab is in. */
export type Main = Idle | Starting | Outgoing | Answering | Returning | Connecting | Active | Elsewhere | Ended;

/** Somebody calls. */
export interface Ring {
  readonly call: string;
  readonly caller: string;
  readonly kind: CallKind;
  readonly deadline: number;
  /** After a reconnection: when to drop it unless the server repeats it. */
  readonly staleAt: number | null;
}

/** A call request that was given up before its answer came. */
export interface Abandoned {
  readonly attempt: string;
  readonly with: string;
  /** When no answer will come any more. */
  readonly until: number;
  /** The request failed without an answer: the call may exist all the same. */
  readonly failed: boolean;
}

/** A call that is over for this tab; frames about it are late. */
export interface Finished {
  readonly call: string;
  /** What the server still has to hear, if it has not: the press was here. */
  readonly ours: 'cancelled' | 'declined' | 'left' | null;
  readonly ending: Ending | null;
}

/** A ring that was answered by its notification, and has not come to this page yet. */
export interface Pressed {
  readonly call: string;
  readonly caller: string;
  readonly until: number;
}

/** What survives a reload of the page. */
export interface Remembered {
  readonly call: string;
  readonly muted: boolean;
  readonly camera: boolean;
  readonly way: Way;
}

/** Everything. */
export interface State {
  readonly main: Main;
  readonly rings: readonly Ring[];
  readonly online: boolean;
  /** When the link went down. */
  readonly offlineSince: number | null;
  readonly finished: readonly Finished[];
  readonly abandoned: readonly Abandoned[];
  readonly remembered: Remembered | null;
  readonly pressed: Pressed | null;
  readonly nextMedia: number;
}

/** What can happen. `media`, `epoch` and `attempt` name what an answer belongs to. */
export type Event =
  // Presses of the person before the screen.
  | { readonly type: 'press_call'; readonly attempt: string; readonly with: string; readonly kind: CallKind }
  | { readonly type: 'press_accept'; readonly call: string; readonly video: boolean }
  /** `text`: what the person tells the caller instead. */
  | { readonly type: 'press_decline'; readonly call: string; readonly text: string | null }
  /** Answer was pressed on the notification of a ring. */
  | { readonly type: 'press_notification'; readonly call: string; readonly caller: string }
  | { readonly type: 'press_end' }
  | { readonly type: 'press_microphone' }
  | { readonly type: 'press_camera' }
  | { readonly type: 'press_screen' }
  | { readonly type: 'press_take' }
  /** The word about the move to the relay was read (P-7). */
  | { readonly type: 'press_understood' }
  | { readonly type: 'dismiss' }
  // The server.
  | { readonly type: 'frame'; readonly frame: ServerFrame }
  | { readonly type: 'invited'; readonly attempt: string; readonly view: CallView }
  | { readonly type: 'not_invited'; readonly attempt: string; readonly code: Code | null }
  | { readonly type: 'offline' }
  /** `moved`: there was none for a moment, so that the addresses are others. */
  | { readonly type: 'network_changed'; readonly moved: boolean }
  // Capture.
  | { readonly type: 'microphone_opened'; readonly media: number }
  | { readonly type: 'microphone_failed'; readonly media: number; readonly trouble: Trouble }
  | { readonly type: 'camera_opened'; readonly media: number }
  | { readonly type: 'camera_failed'; readonly media: number; readonly trouble: Trouble }
  | { readonly type: 'screen_opened'; readonly media: number }
  | { readonly type: 'screen_closed'; readonly media: number }
  /** The picture does not fit beside the sound, or fits again. */
  | { readonly type: 'picture_held'; readonly media: number; readonly held: boolean }
  // The peer connection.
  | { readonly type: 'peer_up'; readonly epoch: number }
  /** The sound of the other side has stopped to flow, or flows again. */
  | { readonly type: 'peer_quiet'; readonly epoch: number; readonly quiet: boolean }
  | { readonly type: 'peer_lost'; readonly epoch: number; readonly failed: boolean }
  /** Media of a direct call goes over a relay that goes away. */
  | { readonly type: 'peer_stranded'; readonly epoch: number }
  /** What carried the call until this epoch is up is silent. */
  | { readonly type: 'carrier_lost' }
  | { readonly type: 'peer_description'; readonly epoch: number; readonly sdpType: SdpType; readonly sdp: string }
  | {
      readonly type: 'peer_candidate';
      readonly epoch: number;
      readonly candidate: string;
      readonly mid: string;
      readonly ufrag: string | null;
    }
  // Which tab of this browser holds the call.
  | { readonly type: 'claim_won'; readonly call: string }
  | { readonly type: 'claim_refused'; readonly call: string }
  | { readonly type: 'claim_lost'; readonly call: string }
  // Time has passed.
  | { readonly type: 'tick' };

/** A short notice, worded by the session. */
export type Notice =
  | { readonly type: 'ring_stopped'; readonly caller: string; readonly stop: Schemas['RingStop'] }
  | { readonly type: 'pressed_late'; readonly caller: string; readonly why: 'over' | 'unreached' }
  | { readonly type: 'in_a_call' };

/** What the machine asks for, once. */
export type Effect =
  | { readonly type: 'send'; readonly frame: ClientFrame }
  | { readonly type: 'invite'; readonly attempt: string; readonly with: string; readonly kind: CallKind }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** A direct message, through the app's outbox. */
  | { readonly type: 'write'; readonly to: string; readonly text: string }
  // Capture; `open_media` opens the microphone, and the camera if asked.
  | { readonly type: 'open_media'; readonly media: number; readonly camera: boolean; readonly muted: boolean }
  | { readonly type: 'close_media'; readonly media: number }
  | { readonly type: 'open_microphone'; readonly media: number }
  | { readonly type: 'mute'; readonly media: number; readonly muted: boolean }
  | { readonly type: 'open_camera'; readonly media: number }
  | { readonly type: 'close_camera'; readonly media: number }
  | { readonly type: 'open_screen'; readonly media: number }
  | { readonly type: 'close_screen'; readonly media: number }
  // The peer connection; it lives in the capture and ends with it.
  | {
      readonly type: 'connect';
      readonly media: number;
      readonly epoch: number;
      readonly role: Role;
      readonly path: Path;
      readonly iceServers: readonly IceServer[];
      /** The connection before goes on until this one is up. */
      readonly carried: boolean;
    }
  /** The relay of this epoch's connection goes away, and these are another's. */
  | { readonly type: 'servers'; readonly epoch: number; readonly iceServers: readonly IceServer[] }
  /** The socket may be as dead as media is. */
  | { readonly type: 'doubt_link' }
  /** `sure`: media is known to be lost. Otherwise only if nothing arrives. */
  | { readonly type: 'restart_ice'; readonly epoch: number; readonly sure: boolean }
  | { readonly type: 'remote_description'; readonly epoch: number; readonly sdpType: SdpType; readonly sdp: string }
  | {
      readonly type: 'remote_candidate';
      readonly epoch: number;
      readonly candidate: string;
      readonly mid: string;
      readonly ufrag: string | null;
    }
  // What stands for as long as the state says so.
  | { readonly type: 'sound'; readonly sound: Sound }
  | { readonly type: 'attention'; readonly ring: Ring | null }
  | { readonly type: 'stay_awake'; readonly on: boolean }
  | { readonly type: 'remember'; readonly value: Remembered | null }
  | { readonly type: 'claim'; readonly call: string; readonly steal: boolean }
  | { readonly type: 'unclaim'; readonly call: string };

/** What is heard besides the call itself. */
export type Sound = 'quiet' | 'ring' | 'waiting' | 'ringback';

/** The state of a page that was just loaded. */
export function begin(remembered: Remembered | null, online: boolean): State {
  return {
    main: { phase: 'idle' },
    rings: [],
    online,
    offlineSince: null,
    finished: [],
    abandoned: [],
    remembered,
    pressed: null,
    nextMedia: 1,
  };
}
