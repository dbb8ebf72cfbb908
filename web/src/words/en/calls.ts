import type { UnrungReason } from '../../api/types';

const reasons: Record<UnrungReason, string> = {
  blocked: 'One of you has blocked the other',
  off: 'Calling was off',
  audience: 'Not among the people who may call you',
  do_not_disturb: 'Do not disturb was on',
  limits: 'Called too often',
};

export const calls = {
  title: 'Calls',
  call: 'Call',
  menu: 'Call',
  audio: 'Audio call',
  video: 'Video call',
  back: 'Call back',
  backTo: (name: string) => `Call ${name} back`,
  again: 'Call again',
  firstMessage: (handle: string) => `@${handle} has to message you first`,
  blocked: (handle: string) => `You have blocked @${handle}`,
  missed: 'Missed',
  incoming: 'Incoming',
  outgoing: 'Outgoing',
  more: 'Show older calls',
  empty: {
    title: 'No calls yet',
    text: 'Calls start from a conversation, with the phone at its top.',
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
  },
};
