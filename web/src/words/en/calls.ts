import type { Audience, UnrungReason } from '../../api/types';
import { inLtr } from '../bidi.pure';

const reasons: Record<UnrungReason, string> = {
  blocked: 'One of you has blocked the other',
  off: 'Calling was off',
  exception: 'You said that they may never call',
  audience: 'Not among the people who may call you',
  do_not_disturb: 'Do not disturb was on',
  limits: 'Called too often',
};

/** A box of the audience, as the end of "Allow …". */
const boxes: Record<keyof Audience, string> = {
  address_book: 'people in your address book',
  following: 'people you follow',
  verified: 'verified people',
  everyone: 'everyone',
};

/** What a press would do. */
const remedies = {
  unblock: (handle: string) => `Unblock @${handle}`,
  switch_on: () => 'Switch calling on',
  add: (handle: string) => `Add @${handle} to your address book`,
  follow: (handle: string) => `Follow @${handle}`,
  lift: (handle: string) => `Remove the exception for @${handle}`,
  let_through: (handle: string) => `Let @${handle} through`,
  allow: (box: keyof Audience) => `Allow ${boxes[box]}`,
  allowAdded: (handle: string) => `Allow your address book, with @${handle} in it`,
};

/** What a press has done, where something else still keeps them from ringing. */
const done = {
  unblock: (handle: string) => `@${handle} is no longer blocked.`,
  switch_on: () => 'Calling is on.',
  add: (handle: string) => `@${handle} is in your address book.`,
  follow: (handle: string) => `You follow @${handle}.`,
  lift: (handle: string) => `No exception for @${handle} any more.`,
  let_through: (handle: string) => `@${handle} may break through.`,
  allow: (box: keyof Audience) => `You allow ${boxes[box]} to call.`,
};

export const calls = {
  title: 'Calls',
  call: 'Call',
  menu: 'Call',
  audio: 'Audio call',
  video: 'Video call',
  back: 'Call back',
  backTo: (name: string) => `Call ${inLtr(name)} back`,
  again: 'Call again',
  firstMessage: (handle: string) => `@${handle} has to message you first`,
  blocked: (handle: string) => `You have blocked @${handle}`,
  missed: 'Missed',
  incoming: 'Incoming',
  outgoing: 'Outgoing',
  more: 'Show older calls',
  moreAbout: (name: string) => `More about the call with ${inLtr(name)}`,
  filters: 'Calls to show',
  shown: { all: 'All', missed: 'Missed', incoming: 'Incoming', outgoing: 'Outgoing' },
  asAudio: 'Call with audio',
  asVideo: 'Call with video',
  message: 'Write a message',
  leaveVoice: 'Leave a voice message',
  remove: 'Delete from this list',
  removed: 'Call deleted from your list.',
  removeAll: 'Delete all calls',
  removedAll: 'All calls deleted from your list.',
  missedNews: (count: number) => (count === 1 ? '1 missed call' : `${count} missed calls`),
  empty: {
    all: {
      title: 'No calls yet',
      text: 'Calls start from a conversation, with the phone at its top.',
    },
    missed: {
      title: 'None missed',
      text: 'A call that rang and that nobody answered would be here.',
    },
    incoming: {
      title: 'Nobody has called',
      text: 'Calls to you will be here. People can call you once you have written to them.',
    },
    outgoing: {
      title: 'You have called nobody',
      text: 'Calls start from a conversation, with the phone at its top.',
    },
    go: 'Go to messages',
  },
  unrung: {
    title: 'Did not ring',
    text: 'Your settings kept these from ringing. The callers heard it ring and saw “No answer”.',
    empty: 'None so far.',
    settings: 'Who may call you',
    reasons,
    audio: 'Audio call',
    video: 'Video call',
    limits: 'Several calls in a short time went unanswered, so more were held back for an hour. Nothing to change.',
    rings: (handle: string) => `@${handle} can call you now.`,
    moreAbout: (name: string) => `More about the call from ${inLtr(name)}`,
    removeAll: 'Delete all that did not ring',
    removedAll: 'Your list of calls that did not ring is empty.',
    remedies,
    done,
  },
};
