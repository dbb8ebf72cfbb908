// Audio first: what becomes of the picture when the network is poor. Sound is never touched. The picture gets smaller,
// then it is held back, and it comes up again step by step, each time to see whether it fits.

import type { Reading } from './quality.pure';

/** How much of the picture is sent, from all of it to none. */
export type Step = 'full' | 'less' | 'least' | 'held';

/** What a sender is told. `null`: the browser decides. */
export interface Limits {
  readonly active: boolean;
  readonly scale: number;
  readonly bitrate: number | null;
  readonly frames: number | null;
}

/** Where the picture stands, and why it may move. */
export interface Ladder {
  readonly step: Step;
  /** The step was reached from below, or is the first, and has still to prove itself. */
  readonly trial: boolean;
  /** Looks since it came to this step. */
  readonly looks: number;
  /** Looks in a row that were badly strained, strained, or calm; without news, all stay as they were. */
  readonly heavy: number;
  readonly strained: number;
  readonly calm: number;
  /** Calm looks it takes to try the next step up. */
  readonly patience: number;
  /** The newest reports that were counted: a moment of loss is one reason to step down, not one at each look. */
  readonly heard: Reading['reportedAt'];
  /** The shortest round trip of the call: what is above it waits in a queue. */
  readonly shortest: number | null;
}

/** Strained looks before a step down. A look is two seconds: less would follow every gust. */
const DOWN_AFTER = 2;
/** Badly strained ones before the picture goes: a change of network is told twice, about sound and about the picture. */
const HELD_AFTER = 3;
/** Calm looks before a step up, at first … */
const UP_AFTER = 4;
/** … and at most: a network that stays narrow is asked once a minute. */
const UP_AFTER_MOST = 32;
/** A step up that fails within this many looks was a mistake: the next one waits twice as long. */
const TRIAL = 6;
/** Looks after a step up in which the browser's estimate still speaks of what was before. */
const SETTLING = 3;

/** Loss from which on a smaller picture is better, and from which on none is. */
const LOSSY = 0.07;
const VERY_LOSSY = 0.18;
/** Milliseconds that packets wait in a queue on the way. A conversation suffers from half a second. */
const QUEUED = 400;
const VERY_QUEUED = 1_000;
/** Bits a second below which a step does not fit beside the sound, which takes some 60,000 with its headers. */
const NEEDS: Record<Step, number> = { full: 500_000, less: 220_000, least: 110_000, held: 0 };

const DOWN: Record<Step, Step> = { full: 'less', less: 'least', least: 'least', held: 'held' };
const UP: Record<Step, Step> = { full: 'full', less: 'full', least: 'less', held: 'least' };

/** At the start of a call. */
export const ground: Ladder = {
  step: 'full',
  trial: true,
  looks: 0,
  heavy: 0,
  strained: 0,
  calm: 0,
  patience: UP_AFTER,
  heard: { audio: null, video: null },
  shortest: null,
};

/** One more look at the connection. */
export function climb(before: Ladder, reading: Reading): Ladder {
  const { roundTrip } = reading;
  const shortest = roundTrip === null ? before.shortest : Math.min(roundTrip, before.shortest ?? roundTrip);
  const looks = before.looks + 1;
  const proven = before.trial && looks >= TRIAL;
  const now: Ladder = {
    ...before,
    ...counted({ ...before, looks, shortest }, reading),
    heard: reading.reportedAt,
    looks,
    shortest,
    trial: before.trial && !proven,
    patience: proven ? UP_AFTER : before.patience,
  };
  if (now.step !== 'held' && now.heavy >= HELD_AFTER) return down(now, 'held');
  if (now.strained >= DOWN_AFTER && DOWN[now.step] !== now.step) return down(now, DOWN[now.step]);
  if (now.calm >= now.patience && UP[now.step] !== now.step) return { ...onto(now, UP[now.step]), trial: true };
  return now;
}

function down(now: Ladder, step: Step): Ladder {
  const patience = now.trial ? Math.min(now.patience * 2, UP_AFTER_MOST) : now.patience;
  // A picture that is smaller already is still held back at the third bad look, not at the fifth.
  return { ...onto(now, step), patience, heavy: now.heavy };
}

function onto(now: Ladder, step: Step): Ladder {
  return { ...now, step, trial: false, looks: 0, heavy: 0, strained: 0, calm: 0 };
}

/** How many looks in a row were strained or calm, with this one. */
function counted(ladder: Ladder, reading: Reading): Pick<Ladder, 'heavy' | 'strained' | 'calm'> {
  const { step, looks, trial, shortest, heard, heavy, strained, calm } = ladder;
  const settled = !trial || looks > SETTLING;
  const { lostThere, reportedAt, roundTrip, available, limited } = reading;
  // A picture of a quiet room needs little, and then the estimate is low as well: it counts only where it holds back.
  const estimate = limited && settled && available !== null ? available : Number.POSITIVE_INFINITY;
  const starved = step !== 'held' && estimate < NEEDS.least;
  const short = estimate < NEEDS[step];

  const kinds = (['audio', 'video'] as const).filter(
    (kind) => reportedAt[kind] === null || reportedAt[kind] !== heard[kind],
  );
  if (kinds.length === 0) {
    return {
      heavy: starved ? heavy + 1 : heavy,
      strained: short ? strained + 1 : strained,
      calm: calm > 0 && !short ? calm + 1 : 0,
    };
  }
  const loss = Math.max(...kinds.map((kind) => lostThere[kind] ?? 0));
  const queue = roundTrip === null || shortest === null ? 0 : roundTrip - shortest;
  // Without a picture less is lost than with one, so a step up takes more than the absence of strain.
  const quiet =
    step === 'held'
      ? loss < (LOSSY + VERY_LOSSY) / 2 && queue < (QUEUED + VERY_QUEUED) / 2
      : loss < LOSSY / 2 && queue < QUEUED / 2 && estimate >= NEEDS[UP[step]];
  return {
    heavy: starved || loss >= VERY_LOSSY || queue >= VERY_QUEUED ? heavy + 1 : 0,
    strained: short || loss >= LOSSY || queue >= QUEUED ? strained + 1 : 0,
    calm: quiet ? calm + 1 : 0,
  };
}

const CAMERA: Record<Step, Limits> = {
  full: { active: true, scale: 1, bitrate: null, frames: null },
  less: { active: true, scale: 2, bitrate: 450_000, frames: 20 },
  least: { active: true, scale: 4, bitrate: 130_000, frames: 12 },
  held: { active: false, scale: 4, bitrate: 130_000, frames: 12 },
};

/** Text has to stay legible, so a screen loses frames and keeps its pixels. */
const SCREEN: Record<Step, Limits> = {
  full: { active: true, scale: 1, bitrate: null, frames: null },
  less: { active: true, scale: 1, bitrate: 450_000, frames: 8 },
  least: { active: true, scale: 1, bitrate: 200_000, frames: 3 },
  held: { active: false, scale: 1, bitrate: 200_000, frames: 3 },
};

/** What the sender of a picture is told on a step. */
export function limitsOf(step: Step, screen: boolean): Limits {
  return (screen ? SCREEN : CAMERA)[step];
}
