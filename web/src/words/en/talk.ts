// Message requests, receipts and typing, search in messages.
export const talk = {
  requests: {
    title: 'Message requests',
    count: (count: number) => (count === 1 ? '1 person wants to message you' : `${count} people want to message you`),
    hint: 'They are not told whether you have seen this. They cannot call you.',
    empty: {
      title: 'No message requests',
      text: 'Messages of people you do not follow wait here until you accept them.',
    },
    asks: (handle: string) =>
      `@${handle} is not somebody you follow. Until you accept, they are not told whether you read this.`,
    accept: 'Accept',
    delete: 'Delete',
    deleted: 'Request deleted.',
  },
  receipts: {
    page: 'Messages',
    pageHint: 'Read receipts and typing',
    label: 'Read receipts and typing',
    hint: 'People you have talked with see when you have read their messages and when you are writing, and you see the same of them. Off, neither side sees anything, and nobody is told that it is off.',
    sent: 'Sent',
    read: (time: string) => `Read ${time}`,
    typing: 'typing…',
  },
  search: {
    label: 'Search people and messages',
    placeholder: 'Search',
    clear: 'Clear search',
    people: 'People',
    messages: 'Messages',
    none: (query: string) => `Nothing found for “${query}”.`,
    found: (count: number) => (count === 1 ? '1 message found' : `${count} messages found`),
    more: 'More messages',
    you: 'You',
  },
  draft: (text: string) => `Draft: ${text}`,
};
