import type { Code } from '../../api/types';

export const messages = {
  title: 'Messages',
  settings: 'Calling settings',
  compose: 'New message',
  unread: (count: number) => (count >= 100 ? '100 or more unread' : `${count} unread`),
  unreadList: (count: number) => (count === 1 ? '1 unread conversation' : `${count} unread conversations`),
  voice: (length: string) => `Voice message, ${length}`,
  you: (text: string) => `You: ${text}`,
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
    with: (name: string) => `Conversation with ${name}`,
    first: (handle: string) => `This is the beginning of your conversation with @${handle}.`,
    unread: 'New',
    older: 'Loading older messages',
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
  sending: 'Sending…',
  waiting: 'Waiting for a connection',
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
  said: (name: string, text: string) => `${name}: ${text}`,
  arrived: (name: string) => `New message from ${name}`,
};
