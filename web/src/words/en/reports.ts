import type { ReportReason } from '../../api/types';

const reasons: Record<ReportReason, string> = {
  spam: 'Spam or advertising',
  harassment: 'Insults, threats or pestering',
  impersonation: 'Pretends to be somebody else',
  hate: 'Hatred or violence',
  sexual: 'Sexual content nobody asked for',
  self_harm: 'May hurt themselves',
  other: 'Something else',
};

export const reports = {
  action: 'Report',
  title: (handle: string) => `Report @${handle}?`,
  lead: (handle: string) => `Whoever runs this server reads it. @${handle} is not told.`,
  what: 'What is wrong?',
  reasons,
  noReason: 'Choose what is wrong.',
  messages: 'Messages to show',
  messagesHint: (chosen: number, most: number) =>
    chosen === 0
      ? `The operator sees only the messages you choose, up to ${most}.`
      : chosen === 1
        ? '1 message chosen. The operator sees no other.'
        : `${chosen} messages chosen. The operator sees no others.`,
  you: 'You',
  kinds: { voice: 'Voice message', picture: 'Picture', other: 'Something without words' },
  words: 'In your words (optional)',
  block: (handle: string) => `Also block @${handle}`,
  send: 'Send report',
  tooMany: 'You have sent many reports just now. Try again in a while.',
  thanks: 'Thank you',
  next: (handle: string) =>
    `Whoever runs this server now looks at it and decides what to do about @${handle}. Their answer appears in your settings.`,
  alsoBlocked: (handle: string) => `@${handle} is blocked from now on.`,
  see: 'See your reports',
  page: 'Your reports',
  pageHint: 'What you told the operator, and the answers',
  none: {
    title: 'You have reported nobody',
    text: 'Report somebody from their profile when they should not be as they are here.',
  },
  open: 'Being looked at',
  answered: 'Answered',
  closed: 'Done',
  answer: 'The operator answered',
  withMessages: (count: number) => (count === 1 ? 'With 1 message' : `With ${count} messages`),
  warning: {
    title: 'From whoever runs this server',
    read: 'I have read this',
  },
};
