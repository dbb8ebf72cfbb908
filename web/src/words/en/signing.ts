export const signing = {
  in: 'Sign in',
  up: 'Sign up',
  lead: 'Messages and calls between people who know each other by handle. No phone number.',
  handle: 'Handle',
  handleHint: 'Letters, digits and underscores, up to 20. This is how people find you.',
  password: 'Password',
  passwordHint: 'At least 8 characters.',
  show: 'Show',
  hide: 'Hide',
  showRest: ' password',
  name: 'Name (optional)',
  nameHint: 'What people see beside your handle.',
  new: 'New here?',
  known: 'Already here?',
  badHandle: 'A handle has 1 to 20 letters, digits or underscores.',
  noPassword: 'Type your password.',
  shortPassword: 'A password has at least 8 characters.',
  longPassword: 'This password is too long.',
  longName: 'A name has at most 50 characters.',
  taken: (handle: string) => `@${handle} is taken. Try another one.`,
};

export const asking = {
  title: 'Who may call you?',
  text: 'Calls start from a conversation, on all your devices at once. You can change this at any time in the settings.',
  continue: 'Continue',
};
