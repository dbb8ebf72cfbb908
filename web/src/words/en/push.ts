// The words about rings on a device whose app is closed.
import type { Code } from '../../api/types';
import type { Trouble } from '../../push/push.svelte';
import { app } from './app';

export const push = {
  title: 'Ring this device when Birdcall is closed',
  off: 'Get calls and messages here as notifications, also when Birdcall is not open.',
  on: 'Calls and messages reach this device when Birdcall is closed.',
  turnOn: 'Turn on',
  turnOff: 'Turn off',
  later: 'Not now',
  unable: 'This browser has no push notifications. Calls ring here while Birdcall is open.',
  insecure: 'Notifications need a secure connection (HTTPS). Calls ring here while Birdcall is open.',
  blocked: {
    text: 'Notifications from Birdcall are blocked in this browser, so nothing rings here while it is closed.',
    how: 'Open the site settings from the icon left of the address, set Notifications to Allow, and come back.',
    phone: 'Open the settings of your phone, find Birdcall under Notifications, and allow them.',
  },
  home: {
    text: 'On iPhone and iPad, calls ring when Birdcall is on your home screen:',
    steps: ['Press Share in Safari', 'Choose “Add to Home Screen”', 'Open Birdcall from there, and come back here'],
  },
  install: 'Install Birdcall',
  installHint: 'An app of its own, with its icon among the others.',
  trouble: (why: Trouble): string => {
    if (why === 'no_service') return 'Not turned on: the push service of this browser did not answer. Try again later.';
    return `Not changed. ${app.errors[why satisfies Code | 'unreachable']}`;
  },
};
