// How good the connection of a call is, from what the browser counts (W3C WebRTC statistics). It is said calmly: one bad
// second is no bad connection.

/** What the browser counts, read at one moment. Totals grow with the call; `null`: not counted, or not yet. */
export interface Reading {
  /** Milliseconds; only differences count. */
  readonly at: number;
  /** Share of what this side sent that did not arrive there, by the newest reports of the other side. */
  readonly lostThere: { readonly audio: number | null; readonly video: number | null };
  /** When each of those reports came; the one about sound comes every five seconds only. */
  readonly reportedAt: { readonly audio: number | null; readonly video: number | null };
  /** Milliseconds there and back. */
  readonly roundTrip: number | null;
  /** Bits a second that the browser believes it can send. */
  readonly available: number | null;
  /** The browser sends less of a picture than it would, for want of bandwidth. */
  readonly limited: boolean;
  /** The other side's sound, as it arrives here. */
  readonly sound: {
    readonly received: number;
    readonly lost: number;
    /** Samples played, and those of them that were made up because nothing had arrived. */
    readonly played: number;
    readonly madeUp: number;
    /** Milliseconds. */
    readonly jitter: number;
  } | null;
}

/** What a person may read. Shares from 0 to 1, times in milliseconds. */
export interface Figures {
  /** Of what this side sends. */
  readonly lossOut: number | null;
  /** Of what the other side sends. */
  readonly lossIn: number | null;
  /** Of the other side's sound: the share that had to be made up. */
  readonly madeUp: number | null;
  readonly jitter: number | null;
  readonly roundTrip: number | null;
}

/** How it is, in one word. */
export type Grade = 'good' | 'fair' | 'poor';

/** Whose connection it seems to be. `way`: neither's, they are far from each other. `either`: it cannot be told. */
export type Side = 'own' | 'other' | 'either' | 'way';

/** What is known of a call's connection. */
export interface Quality {
  readonly grade: Grade;
  readonly figures: Figures;
  /** Whose it seems to be; nobody's while it is good. */
  readonly side: Side | null;
}

/** What is kept to judge by; `shown` is what a person sees. */
export interface Judgement {
  readonly readings: readonly Reading[];
  readonly shown: Quality | null;
  /** Readings in a row that were worse, or better, than what is shown. */
  readonly worse: number;
  readonly better: number;
}

/** Before the first reading. */
export const unjudged: Judgement = { readings: [], shown: null, worse: 0, better: 0 };

/** Readings that figures are taken over: more is calmer and later. */
const WINDOW = 4;
/** Readings in a row before it is called worse … */
const WORSE_AFTER = 2;
/** … and before it is called better: a connection that comes and goes is not good. */
const BETTER_AFTER = 3;

/** From where on it is fair, and poor. Speech is understood up to some percent of loss and a quarter of a second. */
const FAIR = { loss: 0.03, madeUp: 0.04, jitter: 40, roundTrip: 400 };
const POOR = { loss: 0.1, madeUp: 0.12, jitter: 100, roundTrip: 800 };

const RANK: Record<Grade, number> = { good: 0, fair: 1, poor: 2 };

/** One more reading. */
export function judge(before: Judgement, reading: Reading): Judgement {
  const readings = [...before.readings, reading].slice(-WINDOW);
  const figures = figuresOf(readings);
  const { shown } = before;
  if (Object.values(figures).every((value) => value === null)) return { ...before, readings };
  const grade = gradeOf(figures);
  if (!shown) return { readings, shown: quality(grade, figures), worse: 0, better: 0 };
  const worse = RANK[grade] > RANK[shown.grade] ? before.worse + 1 : 0;
  const better = RANK[grade] < RANK[shown.grade] ? before.better + 1 : 0;
  const turns = worse >= WORSE_AFTER || better >= BETTER_AFTER;
  const next = quality(turns ? grade : shown.grade, figures);
  return { readings, shown: next, worse: turns ? 0 : worse, better: turns ? 0 : better };
}

function quality(grade: Grade, figures: Figures): Quality {
  return { grade, figures, side: grade === 'good' ? null : sideOf(figures) };
}

function figuresOf(readings: readonly Reading[]): Figures {
  const last = readings.at(-1);
  const first = readings[0];
  const nothing: Figures = { lossOut: null, lossIn: null, madeUp: null, jitter: null, roundTrip: null };
  if (!last || !first) return nothing;
  const { roundTrip } = last;
  const lossOut = mean(readings.map((reading) => reading.lostThere.audio ?? reading.lostThere.video));
  if (!last.sound || !first.sound || first === last) return { ...nothing, roundTrip, lossOut };
  const received = last.sound.received - first.sound.received;
  // A packet that was counted as lost and arrives after all is taken off again.
  const lost = Math.max(0, last.sound.lost - first.sound.lost);
  const played = last.sound.played - first.sound.played;
  const madeUp = last.sound.madeUp - first.sound.madeUp;
  return {
    lossOut,
    lossIn: received + lost > 0 ? lost / (received + lost) : null,
    // Without a packet all of it is made up; that is a lost connection, and the state line says so.
    madeUp: played > 0 && received > 0 ? Math.min(1, Math.max(0, madeUp / played)) : null,
    jitter: last.sound.jitter,
    roundTrip,
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The grade of one figure. */
function graded(kind: keyof typeof FAIR, value: number | null): Grade {
  if (value === null || value < FAIR[kind]) return 'good';
  return value < POOR[kind] ? 'fair' : 'poor';
}

function worst(...grades: Grade[]): Grade {
  return grades.reduce((a, b) => (RANK[b] > RANK[a] ? b : a));
}

const outward = (figures: Figures) => graded('loss', figures.lossOut);
const inward = (figures: Figures) =>
  worst(graded('loss', figures.lossIn), graded('madeUp', figures.madeUp), graded('jitter', figures.jitter));

function gradeOf(figures: Figures): Grade {
  return worst(outward(figures), inward(figures), graded('roundTrip', figures.roundTrip));
}

/** A connection that loses what it sends is most often the sender's: the way up is the narrow one. */
function sideOf(figures: Figures): Side {
  const out = outward(figures) !== 'good';
  const back = inward(figures) !== 'good';
  if (out && back) return 'either';
  if (out) return 'own';
  return back ? 'other' : 'way';
}
