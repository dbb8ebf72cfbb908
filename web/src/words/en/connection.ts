// The words about a call's connection. Calm ones: most of what they say, nobody can change.
import type { Grade, Side } from '../../call/quality.pure';
import { inLtr } from '../bidi.pure';

const grades: Record<Grade, string> = { good: 'Good', fair: 'Fair', poor: 'Poor' };

/** What a grade means for the talk. */
const about: Record<Grade, string> = {
  good: 'The connection is good.',
  fair: 'The connection is fair: now and then something may be missing.',
  poor: 'The connection is poor: words may be missing.',
};

/** Whose connection it seems to be. */
const sides: Record<Side, (name: string) => string> = {
  own: () => 'It seems to be your connection.',
  other: (name) => `It seems to be ${inLtr(name)}’s connection.`,
  either: (name) => `It may be your connection or ${inLtr(name)}’s.`,
  way: () => 'It is the way between you that is long.',
};

export const connection = {
  title: 'Connection',
  how: 'How good the connection is',
  grades,
  label: (grade: Grade) => `Connection: ${grades[grade].toLowerCase()}`,
  about,
  sides,
  lostOut: 'Lost on the way from you',
  lostIn: (name: string) => `Lost on the way from ${inLtr(name)}`,
  roundTrip: 'There and back',
  milliseconds: (count: number) => `${count} ms`,
  percent: (share: number) => `${share > 0 && share < 0.01 ? 'under 1' : Math.round(share * 100)} %`,
  path: 'Path',
  throughRelay: 'Through the relay',
  ownSharingPaused: 'Sharing is paused: your connection is poor',
  ownVideoPaused: 'Video is paused: your connection is poor',
  screenPaused: (name: string) => `${inLtr(name)}'s screen is paused: poor connection`,
  videoPaused: (name: string) => `${inLtr(name)}'s video is paused: poor connection`,
};
