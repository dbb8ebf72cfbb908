import type { PushState } from '../../api/types';
import type { Line, Push, Verdict } from '../../state/ring-test.pure';
import { inLtr } from '../bidi.pure';

const push: Record<PushState, (place: string) => string> = {
  off: (place) => `Rings only while Birdcall is open ${place}.`,
  untried: () => 'Notifications are on, and were not needed yet.',
  reached: () => 'Rings also when Birdcall is closed.',
  failing: (place) => `Notifications do not arrive. It rings only while Birdcall is open ${place}.`,
};

const steps: Record<Line['words'], string> = {
  scheduled: 'Asked for',
  scheduled_app: 'Asked for',
  scheduled_push: 'Asked for',
  sent_app: 'Sent to the open app',
  sent_push: 'Sent to the push service',
  accepted_app: 'The open app took it',
  accepted_push: 'The push service took it',
  refused_app: 'The open app refused it',
  refused_push: 'The push service refused it',
  unreachable_app: 'Birdcall is not open',
  unreachable_push: 'Notifications are not switched on',
  away_push: 'The push service did not answer',
  shown_app: 'The open app rang',
  shown_push: 'The notification was shown',
  opened_app: 'Somebody pressed it in the app',
  opened_push: 'Somebody pressed the notification',
};

const notShown =
  'The push service took it, but this device did not show it. Check that notifications are allowed in the system settings.';

/** What to do so that it rings with Birdcall closed. */
const closed: Record<Push, string> = {
  off: 'With notifications switched on it would ring also when Birdcall is closed.',
  taken: `Closed, it may not. ${notShown}`,
  refused: 'Closed, it does not: the push service refused. Switch notifications off and on again on the device.',
  away: 'Closed, it may not: the push service did not answer this server. Try again later.',
};

/** What to do so that it rings at all. */
const silent: Record<Push, string> = {
  off: 'Open Birdcall on it, or switch notifications on.',
  taken: notShown,
  refused: 'The push service refused. Open Birdcall on it, and switch notifications off and on again.',
  away: 'The push service did not answer this server. Try again later.',
};

function verdict(found: Verdict): { readonly says: string; readonly remedy?: string } {
  switch (found.kind) {
    case 'counting':
      return { says: `It rings in ${found.seconds} s.` };
    case 'ringing':
      return { says: 'Waiting for the device…' };
    case 'rings_closed':
      return { says: 'It rings, also when Birdcall is closed.' };
    case 'rings_open':
      return { says: 'It rings while Birdcall is open.', remedy: closed[found.closed] };
    case 'silent': {
      const stuck = found.app && found.closed === 'off';
      return {
        says: 'It did not ring.',
        remedy: stuck
          ? 'Birdcall is open, but did not show it. Reload it on the device, and try again.'
          : silent[found.closed],
      };
    }
    case 'lost':
      return { says: 'The test did not take place. Try again.' };
  }
}

export const devices = {
  title: 'Devices',
  text: 'Calls ring on every device that is not silenced.',
  current: 'This device',
  connected: 'Connected',
  seen: (when: string) => `Last seen ${when}`,
  /** Where it was used last, by its clock: a city, never an address. */
  around: (city: string) => `around ${city}`,
  outAll: 'Sign out everywhere else',
  outAllTitle: 'Sign out everywhere else?',
  outAllText: 'All your other devices are signed out at once. You stay signed in here.',
  outAllDone: 'All other devices are signed out.',
  since: (when: string) => `Signed in ${when}`,
  signOut: 'Sign out',
  signOutOf: (name: string) => `Sign out ${inLtr(name)}`,
  signedOut: (name: string) => `${inLtr(name)} is signed out.`,
  unnamed: 'Unnamed device',
  others: 'Other devices',
  alone: 'You are signed in nowhere else.',
  rename: (name: string) => `Rename ${inLtr(name)}`,
  name: 'Name of the device',
  save: 'Save',
  push: (state: PushState, current: boolean) => push[state](current ? 'here' : 'there'),
  silence: 'Silence this device',
  silenceHint: 'Calls and messages make it neither ring nor show anything.',
  isSilenced: 'Silenced: calls leave it alone.',
  test: {
    start: 'Ring me in 10 seconds',
    startOf: (name: string) => `Ring me in 10 seconds: ${inLtr(name)}`,
    title: (when: string) => `Ring test, ${when}`,
    after: (seconds: string) => `+${seconds} s`,
    silenced: 'For the test it rings although it is silenced.',
    marks: { good: 'Done', bad: 'Failed', none: 'No way' },
    steps,
    verdict,
    ring: {
      title: 'Test ring – nobody is calling',
      text: 'This is how a call rings here.',
      works: 'It works',
      close: 'Close',
      silent: 'The browser keeps the ring silent. Press anywhere to hear it.',
    },
  },
};
