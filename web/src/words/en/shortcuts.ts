import type { Action, Place } from '../../keys/shortcuts.pure';

const actions: Record<Action, string> = {
  next: 'Next conversation',
  previous: 'Previous conversation',
  compose: 'New message, or jump to somebody',
  search: 'Search',
  messages: 'Go to messages',
  calls: 'Go to calls',
  people: 'Go to people',
  settings: 'Go to settings',
  back: 'Back',
  help: 'This list',
  mute: 'Mute or unmute',
  camera: 'Camera on or off',
};

const places: Record<Place, string> = { app: 'Everywhere', call: 'In a call' };

export const shortcuts = {
  title: 'Keyboard shortcuts',
  hint: 'What keys do what',
  actions,
  places,
  or: 'or',
  after: 'then',
};
