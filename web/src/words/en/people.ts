import { inLtr } from '../bidi.pure';

import { LOCALE } from './time.pure';

const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact' });

export const people = {
  title: 'People',
  verified: 'Verified',
  search: 'Search people',
  searchHint: 'Handle or name',
  results: (count: number) => (count === 1 ? '1 person found' : `${count} people found`),
  nobody: (query: string) => `Nobody whose handle or name begins with “${inLtr(query)}”.`,
  lists: 'Lists',
  following: 'Following',
  addressBook: 'Address book',
  blockedTab: 'Blocked',
  followingEmpty: {
    title: 'You follow nobody yet',
    text: 'Search for a handle above. People you follow can call you, unless you change that in the settings.',
  },
  blockedEmpty: {
    title: 'You have blocked nobody',
    text: 'Block somebody from their profile, and you get neither messages nor calls from them.',
  },
  none: {
    title: 'Pick a person',
    text: 'Or search for somebody by handle or name.',
  },
  followsYou: 'Follows you',
  count: (count: number) => compact.format(count),
  followers: (count: number): string => (count === 1 ? 'follower' : 'followers'),
  follows: 'following',
  followersTab: 'Followers',
  followingTab: 'Following',
  listsOf: (handle: string) => `People around @${handle}`,
  noFollows: {
    followers: (handle: string | undefined) =>
      handle === undefined ? 'Nobody follows you yet' : `Nobody follows @${handle} yet`,
    following: (handle: string | undefined) =>
      handle === undefined ? 'You follow nobody yet' : `@${handle} follows nobody yet`,
  },
  showMore: 'Show more',
  lookAlike: {
    title: 'Not to be mistaken',
    following: (handle: string) => `This is not @${handle}, whom you follow.`,
    inBook: (handle: string) => `This is not @${handle} from your address book.`,
    show: (handle: string) => `Show @${handle}`,
  },
  you: 'This is you.',
  edit: 'Edit profile',
  message: 'Message',
  follow: 'Follow',
  unfollow: 'Unfollow',
  followed: (handle: string) => `You follow @${handle}.`,
  unfollowed: (handle: string) => `You no longer follow @${handle}.`,
  add: 'Add to address book',
  drop: 'Remove from address book',
  added: (handle: string) => `@${handle} is in your address book.`,
  dropped: (handle: string) => `@${handle} is no longer in your address book.`,
  block: 'Block',
  unblock: 'Unblock',
  blockTitle: (handle: string) => `Block @${handle}?`,
  blockText: [
    'You will not get their messages, and neither of you can call the other. A call between you ends at once.',
    'They are not told. You can unblock them at any time.',
  ],
  blocked: (handle: string) => `@${handle} is blocked.`,
  unblocked: (handle: string) => `@${handle} is no longer blocked.`,
  isBlocked: 'You have blocked this person. You get neither messages nor calls from them.',
};
