import type { Code } from '../../api/types';

/** What to say when something did not work, by its code. Specific places have better words of their own. */
const errors: Record<Code | 'unreachable', string> = {
  already_calling: 'You are calling somebody already.',
  already_in_call: 'You are in a call already.',
  bad_description: 'The call could not be set up.',
  bad_input: 'The server could not read that.',
  call_over: 'The call is over.',
  first_message_needed: 'They have to message you first.',
  foreign_origin: 'The request came from another site.',
  full: 'The list is full.',
  handle_taken: 'This handle is taken.',
  internal: 'Something went wrong on the server.',
  key_reused: 'This was sent before with other words.',
  no_relay: 'This call has to go through a relay, and this server has none.',
  not_found: 'There is nothing here.',
  not_signed_in: 'You are signed out.',
  out_of_turn: 'That does not fit the state of the call.',
  sign_up_closed: 'Signing up is closed on this server.',
  too_large: 'That is too long.',
  too_many: 'Too many attempts. Try again in a few minutes.',
  unavailable: 'The server could not do that just now. Try again.',
  unreachable: 'The server cannot be reached.',
  wrong_password: 'Handle and password do not fit together.',
  you_blocked: 'You have blocked this person.',
  yourself: 'That is yourself.',
};

export const app = {
  name: 'Birdcall',
  title: (page: string, unread: number) => `${unread > 0 ? `(${unread}) ` : ''}${page} · Birdcall`,
  navigation: 'Main',
  skip: 'Skip to content',
  back: 'Back',
  retry: 'Retry',
  cancel: 'Cancel',
  close: 'Close',
  undo: 'Undo',
  loading: 'Loading…',
  notices: 'Notices',
  errors,
  offline: 'You are offline. Messages wait here until you are back.',
  reconnecting: 'Reconnecting. Messages wait here until then.',
  unreachable: {
    title: 'The server cannot be reached',
    text: 'Check your connection, then try again.',
  },
  lost: {
    title: 'There is no such page',
    text: 'The address may be mistyped.',
    home: 'Go to messages',
  },
};
