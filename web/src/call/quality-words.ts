// The words about a call's connection. Calm ones: most of what they say, nobody can change.

import type { MediaState } from './port';
import type { Figures, Grade, Side } from './quality.pure';
import type { Own, Path } from './state.pure';
import { pathName } from './words';

const grades: Record<Grade, string> = { good: 'Good', fair: 'Fair', poor: 'Poor' };

/** The mark on the call screen. */
export const gradeName = (grade: Grade): string => grades[grade];

/** The mark for who does not see it. */
export const gradeLabel = (grade: Grade): string => `Connection: ${grades[grade].toLowerCase()}`;

/** What a grade means for the talk. */
export function aboutGrade(grade: Grade): string {
  switch (grade) {
    case 'good':
      return 'The connection is good.';
    case 'fair':
      return 'The connection is fair: now and then something may be missing.';
    case 'poor':
      return 'The connection is poor: words may be missing.';
  }
}

/** Whose connection it seems to be. */
export function aboutSide(side: Side, name: string): string {
  switch (side) {
    case 'own':
      return 'It seems to be your connection.';
    case 'other':
      return `It seems to be ${name}’s connection.`;
    case 'either':
      return `It may be your connection or ${name}’s.`;
    case 'way':
      return 'It is the way between you that is long.';
  }
}

const percent = (share: number) => `${share > 0 && share < 0.01 ? 'under 1' : Math.round(share * 100)} %`;

/** The figures with their names; what is not known is left out. */
export function figureLines(figures: Figures, name: string, path: Path | null): readonly (readonly [string, string])[] {
  const lines: [string, string][] = [];
  const { lossOut, lossIn, roundTrip } = figures;
  if (lossOut !== null) lines.push(['Lost on the way from you', percent(lossOut)]);
  if (lossIn !== null) lines.push([`Lost on the way from ${name}`, percent(lossIn)]);
  if (roundTrip !== null) lines.push(['There and back', `${Math.max(1, Math.round(roundTrip))} ms`]);
  if (path !== null) lines.push(['Path', path === 'relay' ? 'Through the relay' : pathName(path)]);
  return lines;
}

/** This side's picture is held back. */
export function ownHeld(own: Own): string {
  return own.screen === 'on'
    ? 'Sharing is paused: your connection is poor'
    : 'Video is paused: your connection is poor';
}

/** The other side's picture is held back. */
export function otherHeld(remote: MediaState, name: string): string {
  return `${name}'s ${remote.screen ? 'screen' : 'video'} is paused: poor connection`;
}
