// Which words there are about a call's connection. What they are, the language says (`words/en/connection.ts`).

import { words } from '../words';
import type { MediaState } from './port';
import type { Figures } from './quality.pure';
import type { Own, Path } from './state.pure';

/** The figures with their names; what is not known is left out. */
export function figureLines(figures: Figures, name: string, path: Path | null): readonly (readonly [string, string])[] {
  const { connection: said, call } = words;
  const lines: [string, string][] = [];
  const { lossOut, lossIn, roundTrip } = figures;
  if (lossOut !== null) lines.push([said.lostOut, said.percent(lossOut)]);
  if (lossIn !== null) lines.push([said.lostIn(name), said.percent(lossIn)]);
  if (roundTrip !== null) lines.push([said.roundTrip, said.milliseconds(Math.max(1, Math.round(roundTrip)))]);
  if (path !== null) lines.push([said.path, path === 'relay' ? said.throughRelay : call.paths.direct]);
  return lines;
}

/** This side's picture is held back. */
export function ownHeld(own: Own): string {
  return own.screen === 'on' ? words.connection.ownSharingPaused : words.connection.ownVideoPaused;
}

/** The other side's picture is held back. */
export function otherHeld(remote: MediaState, name: string): string {
  return remote.screen ? words.connection.screenPaused(name) : words.connection.videoPaused(name);
}
