// The words of a call. Sentences say what happened and what can be done, and never more than this side may know (C-6).

import type { CallKind } from '../../call/port';
import type { CallRefusal } from '../../call/refusal.pure';
import type { Path, Trouble } from '../../call/state.pure';
import type { EndingWord, LineWord } from '../../call/words';
import { inLtr } from '../bidi.pure';

const kinds: Record<CallKind, string> = { audio: 'Audio call', video: 'Video call' };

const noRelay = 'This call has to go through a relay, and this server has none.';

/** The state of a call while the timer does not stand there. */
const lines: Record<LineWord, (name: string) => string> = {
  calling: () => 'Calling…',
  calling_weakly: () => 'Calling… The connection is weak.',
  ringing: () => 'Ringing…',
  no_device: () => 'No device reachable',
  connecting: () => 'Connecting…',
  reconnecting: () => 'Reconnecting…',
  moving: () => 'Moving to the relay…',
  offline: () => 'Your connection is lost. Trying again…',
  not_heard: (name) => `${inLtr(name)} cannot be heard. Trying again…`,
};

/** Why a call is over, for the person before the screen. */
const endings: Record<EndingWord, (name: string) => string> = {
  ended: () => 'Call ended',
  declined: () => 'Call declined',
  no_answer: () => 'No answer',
  missed: (name) => `Missed call from ${inLtr(name)}`,
  you_stopped: () => 'You stopped calling',
  they_stopped: (name) => `${inLtr(name)} stopped calling`,
  you_were_busy: () => 'You were in another call',
  they_are_busy: (name) => `${inLtr(name)} is in another call`,
  failed: () => 'The call failed',
  no_relay: () => noRelay,
  no_relay_during: () =>
    'Enhanced call privacy was turned on, and this server has no relay. The call ended instead of going on directly.',
  no_media: () => 'No connection came about between the two of you. A firewall may be in the way.',
  relay_silent: () =>
    'One of you could not reach the relay. The call was not made directly instead, so no IP address was shown.',
  expired: () => 'The connection was lost for too long',
  lost: () => 'The connection was lost and could not be brought back',
  answered_elsewhere: () => 'Answered on another device',
  declined_elsewhere: () => 'Declined on another device',
  not_allowed: () => 'Your settings do not let this call ring any more',
  not_set_up: () => 'The call could not be set up',
  unreachable: () => 'Birdcall could not be reached. Check your connection and try again.',
  gone: () => 'This call is over',
  offline: () => 'Birdcall was out of reach for too long',
};

/** Why the server did not take a call. */
const refusals: Record<CallRefusal, (name: string) => string> = {
  first_message_needed: (name) => `${inLtr(name)} has to message you first`,
  you_blocked: (name) => `You have blocked ${inLtr(name)}. Unblock to call.`,
  already_in_call: () => 'You are in a call on another device',
  already_calling: () => 'You are calling somebody already. Try again in a moment.',
  no_relay: () => noRelay,
  too_many: () => 'Too many calls in a short time. Try again later.',
  not_found: (name) => `There is nobody called ${inLtr(name)}`,
  yourself: () => 'That is you',
  not_signed_in: () => 'You are signed out. Sign in to call.',
  call_over: () => 'This call is over',
  going_down: () => 'The server is restarting. Try again in a moment.',
  overloaded: () => 'Too many people are calling just now. Try again in a moment.',
  busy: () => 'Too much happened at once just now. Try again in a moment.',
  unavailable: () => 'The server could not take the call just now. Try again.',
  other: () => 'Something went wrong on the server. Try again.',
};

/** What to do about a microphone that could not be had. The call goes on without it. */
const microphone: Record<Trouble, string> = {
  denied:
    'You cannot be heard: the microphone is not allowed. Allow it in the site settings of your browser, then press Unmute.',
  missing: 'You cannot be heard: no microphone was found. Plug one in, then press Unmute.',
  busy: 'You cannot be heard: another program is using the microphone. Close it, then press Unmute.',
  insecure: 'You cannot be heard: browsers give a microphone to pages over HTTPS only.',
  other: 'You cannot be heard: the microphone did not start. Press Unmute to try again.',
};

/** What to do about a camera that could not be had. */
const camera: Record<Trouble, string> = {
  denied: 'The camera is not allowed. Allow it in the site settings of your browser, then turn it on again.',
  missing: 'No camera was found.',
  busy: 'Another program is using the camera. Close it, then turn the camera on again.',
  insecure: 'Browsers give a camera to pages over HTTPS only.',
  other: 'The camera did not start. Turn it on again to retry.',
};

/** The path in one word (P-5). */
const paths: Record<Path, string> = { direct: 'Direct', relay: 'Relayed' };

export const call = {
  kinds,
  isCalling: (name: string) => `${inLtr(name)} is calling`,
  with: (name: string) => `Call with ${inLtr(name)}`,
  lines,
  ringingOn: (devices: number) => (devices === 1 ? 'Ringing on 1 device' : `Ringing on ${devices} devices`),
  connected: 'Connected',
  endings,
  refusals,
  again: 'Call again',
  leaveVoice: 'Leave a voice message',
  close: 'Close',

  accept: 'Accept',
  acceptVideo: 'Accept with video',
  endAndAccept: 'End and accept',
  endAndAcceptVideo: 'End and accept with video',
  decline: 'Decline',
  silentRing: 'The browser keeps the ring silent. Press anywhere to hear it.',
  /** Declining with a message. */
  quick: {
    open: 'Message',
    label: (name: string) => `Decline and tell ${inLtr(name)}`,
    texts: ["Can't talk right now.", "I'll call you back.", 'Can I call you later?'],
    own: 'Your own words',
    send: 'Decline and send',
    back: 'Back to the ring',
    wrote: (name: string) => `Declined, with a message to ${inLtr(name)}`,
  },

  notLoadedRing: 'Somebody is calling, but calls could not be loaded. Reload the page to answer.',
  notLoadedCall: 'Calls could not be loaded. Check your connection and try again.',
  pressedLate: (name: string) => `The call from ${inLtr(name)} is over`,
  pressedInVain: (name: string) => `The call from ${inLtr(name)} could not be answered: Birdcall is out of reach`,
  inACall: 'You are in a call. End it first.',
  notSetUp: (name: string) => `The call from ${inLtr(name)} could not be set up`,

  small: 'Make the call small',
  backTo: (name: string) => `Back to the call with ${inLtr(name)}`,
  messages: 'Messages',
  controls: 'Call controls',
  mute: 'Mute',
  unmute: 'Unmute',
  camera: 'Camera',
  cameraOn: 'Turn camera on',
  cameraOff: 'Turn camera off',
  share: 'Share',
  shareScreen: 'Share screen',
  stopSharing: 'Stop sharing',
  end: 'End',
  endCall: 'End call',
  flip: 'Flip camera',
  movePicture: 'Move your picture to another corner',
  theirCamera: (name: string) => `${inLtr(name)}'s camera`,
  theirScreen: (name: string) => `${inLtr(name)}'s screen`,
  isMuted: (name: string) => `${inLtr(name)} is muted`,
  cameraIsOn: (name: string) => `${inLtr(name)}'s camera is on`,
  isSharing: (name: string) => `${inLtr(name)} is sharing a screen`,
  silentCall: 'The browser keeps the call silent. Press anywhere to hear it.',
  serverAway: 'The server is out of reach. The call goes on while it can.',
  offline: 'You are offline. The call goes on while it can.',
  keepOpen: 'Keep Birdcall open: the phone silences the microphone in the background.',
  microphoneTrouble: microphone,
  cameraTrouble: camera,

  otherTab: 'Call in another tab',
  inOtherTab: (name: string) => `In a call with ${inLtr(name)} in another tab`,
  take: 'Bring it here',

  devices: 'Devices',
  devicesTitle: 'Microphone, speaker and camera',
  byBrowser: 'Chosen by the browser',
  microphone: 'Microphone',
  speaker: 'Speaker',
  decidesWhere: 'On most phones this also decides where you hear the call: earpiece, speaker or headset.',

  paths,
  path: 'How this call travels',
  /** What the way of a call means for one's address. */
  direct: (handle: string) => `This call is direct: @${handle} can see your IP address, and you can see theirs.`,
  relayed: (handle: string) =>
    `This call goes through this server’s relay. @${handle} cannot see your IP address, and you cannot see theirs.`,
  willBeDirect: (handle: string) =>
    `If @${handle} answers, this call is direct: @${handle} can see your IP address, and you can see theirs.`,
  willBeRelayed: (handle: string) =>
    `This call goes through this server’s relay. @${handle} will not see your IP address, and you will not see theirs.`,
  moved: (handle: string) =>
    `This call is on the relay now. Until then it was direct, and @${handle} could see your IP address.`,
  hadMoved: (handle: string) =>
    `Before this call moved to the relay it was direct, and @${handle} could see your IP address.`,
  /** Enhanced call privacy, from within a call. */
  privacy: {
    hide: 'Hide it from now on',
    hiding: 'Moving to the relay…',
    hideHint: (handle: string) =>
      `Turns on Enhanced call privacy: this call and all later ones go through the relay, with a little more delay. What @${handle} has seen stays seen.`,
    noRelay: 'This server has no relay, so it cannot be hidden.',
    on: 'Enhanced call privacy is on for your later calls, too.',
    off: 'Enhanced call privacy is off for your later calls. This one stays on the relay.',
    undo: 'Turn it off for later calls',
    redo: 'Turn it on for later calls',
    understood: 'OK',
    notReached: 'Not changed: Birdcall could not be reached.',
    notTaken: 'Not changed: the server did not take it.',
  },
};
