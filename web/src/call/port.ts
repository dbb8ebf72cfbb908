// What the calls need from the rest of the app, and all they know of it. The app supplies it once, at start.

import type { components } from '../api/schema';

/** Every type of the contract, by name. */
export type Schemas = components['schemas'];

/** What a client sends on the socket. */
export type ClientFrame = Schemas['ClientFrame'];
/** What the server sends on the socket. */
export type ServerFrame = Schemas['ServerFrame'];
/** Body of `POST /calls`. */
export type Invite = Schemas['Invite'];
/** One's own call as one may see it. */
export type CallView = Schemas['CallView'];
/** A person in a list. */
export type Person = Schemas['Person'];
/** What one side sends now. */
export type MediaState = Schemas['MediaState'];
/** Audio or video. */
export type CallKind = Schemas['CallKind'];
/** Stable error codes. */
export type Code = Schemas['Code'];

/** Why the server refused an HTTP request, as `CallPort.invite` rejects with it. */
export interface Refusal {
  /** The code of the problem body. */
  readonly code: Code;
  /** Its sentence. */
  readonly title: string;
}

/** The app, as the calls see it. */
export interface CallPort {
  /** Sends a frame. Dropped without a sound while the socket is down: calls bring their state again after `welcome`. */
  send(frame: ClientFrame): void;
  /** Hears every server frame, in order, `welcome` included. Returns how to stop. */
  onFrame(listener: (frame: ServerFrame) => void): () => void;
  /** Hears when the socket goes up or down, and is told at once how it stands. Returns how to stop. */
  onLink(listener: (online: boolean) => void): () => void;
  /** Media has gone silent: finds out at once whether the socket is dead too, and opens another one if it is. */
  doubtLink(): void;
  /** `POST /calls`. Rejects with a `Refusal` where the server answered, with anything else where it did not. */
  invite(body: Invite): Promise<CallView>;
  /** Name and badge of a person; answered from memory where they are known. */
  person(handle: string): Promise<Person>;
  /** Milliseconds since 1970 by the server's clock: the newest `welcome.now`, carried on by the local one. */
  serverNow(): number;
  /** Sends a direct message, now or when the line is back. */
  write(to: string, text: string): void;
  /** Goes to a page of the app, for example `/messages/ann`. */
  navigate(path: string): void;
  /** Goes to where a voice message to them is recorded. */
  leaveVoice(to: string): void;
  /** Enhanced call privacy: whether it is on for who is signed in here, and whether the server has a relay for it. */
  privacy(): { readonly on: boolean; readonly relay: boolean };
  /** Turns it on or off. Resolves once the server has it; rejects like `invite`. */
  setPrivacy(on: boolean): Promise<void>;
  /** Whether pushes ring on this device, so that the worker shows who calls where this page is not seen. */
  rungByPush(): boolean;
  /** Shows a short notice. */
  toast(text: string): void;
  /** Who is signed in, and on which device. */
  me(): { readonly handle: string; readonly device: string };
}
