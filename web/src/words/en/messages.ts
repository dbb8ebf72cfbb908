import type { Code } from '../../api/types';
import type { VoiceTrouble } from '../../voice/recording.pure';
import { inLtr } from '../bidi.pure';

/** Why there is no recording, and what to do about it. */
const troubles: Record<VoiceTrouble, string> = {
  denied: 'The microphone is not allowed. Allow it in the site settings of your browser, then try again.',
  missing: 'No microphone was found. Plug one in, then try again.',
  busy: 'Another program is using the microphone. Close it, then try again.',
  insecure: 'Browsers give a microphone to pages over HTTPS only.',
  unsupported: 'This browser cannot record sound.',
  empty: 'Nothing was recorded. Try again.',
  other: 'The microphone did not start. Try again.',
};

export const messages = {
  title: 'Messages',
  settings: 'Calling settings',
  compose: 'New message',
  unread: (count: number) => (count >= 100 ? '100 or more unread' : `${count} unread`),
  unreadBrief: (count: number) => (count >= 100 ? '99+' : String(count)),
  unreadList: (count: number) => (count === 1 ? '1 unread conversation' : `${count} unread conversations`),
  voice: (length: string) => `Voice message, ${length}`,
  you: (text: string) => `You: ${inLtr(text)}`,
  empty: {
    title: 'No messages yet',
    text: 'Find a person by handle and write to them.',
  },
  none: {
    title: 'Pick a conversation',
    text: 'Or start a new one with somebody whose handle you know.',
  },
  finder: {
    title: 'New message',
    text: 'To whom?',
  },
  conversation: {
    with: (name: string) => `Conversation with ${inLtr(name)}`,
    first: (handle: string) => `This is the beginning of your conversation with @${handle}.`,
    unread: 'New',
    older: 'Loading older messages',
    newer: 'Loading newer messages',
    newerFailed: 'Newer messages could not be loaded.',
    olderFailed: 'Older messages could not be loaded.',
    newest: 'Newest messages',
    missing: {
      title: (handle: string) => `There is nobody called @${handle}`,
      text: 'Handles are easily mistyped. Look for the person by name.',
      find: 'Find people',
    },
    yourself: {
      title: 'This is your own handle',
      text: 'A conversation needs two.',
    },
    stranger: (handle: string) => `You do not follow @${handle}. They cannot call you unless you answer.`,
    blocked: (handle: string) => `You have blocked @${handle}.`,
  },
  composer: {
    label: (handle: string) => `Message @${handle}`,
    placeholder: 'Write a message',
    send: 'Send',
    left: (count: number) => (count === 1 ? '1 character left' : `${count} characters left`),
    over: (count: number) => (count === 1 ? '1 character too many' : `${count} characters too many`),
  },
  voiceMessage: {
    from: (name: string, length: string) => `Voice message from ${inLtr(name)}, ${length}`,
    own: (length: string) => `Your voice message, ${length}`,
    play: 'Play',
    pause: 'Pause',
    place: 'Place in the message',
    placeOf: (at: string, length: string) => `${at} of ${length}`,
    failed: 'This could not be played.',
    progress: 'Sent so far',
  },
  recorder: {
    open: 'Record a voice message',
    title: 'Voice message',
    notLoaded: 'The recorder could not be loaded. Check your connection and try again.',
    asking: 'Waiting for your microphone. Your browser may ask you to allow it.',
    started: 'Recording.',
    recorded: 'Recorded',
    left: (seconds: number) => `${seconds} s left`,
    nearEnd: '10 seconds left.',
    stop: 'Stop recording',
    ready: 'Recorded. You can listen to it, send it or discard it.',
    preview: (length: string) => `Your recording, ${length}`,
    send: 'Send voice message',
    discard: 'Discard',
    discarded: 'Recording discarded.',
    byCall: 'Stopped, because a call needs the microphone.',
    full: 'Two minutes is the longest.',
    troubles,
  },
  sending: 'Sending…',
  waiting: 'Waiting for a connection',
  editWaiting: 'Edit',
  notSent: 'Not sent',
  notSentBecause: (code: Code): string => {
    if (code === 'you_blocked') return 'You have blocked this person';
    if (code === 'not_found') return 'This person cannot be written to';
    if (code === 'too_many') return 'Too many messages at once';
    if (code === 'too_large' || code === 'bad_input') return 'This message is too long';
    return '';
  },
  retry: 'Retry',
  discard: 'Discard',
  said: (name: string, text: string) => `${inLtr(name)}: ${inLtr(text)}`,
  arrived: (name: string) => `New message from ${inLtr(name)}`,
};
