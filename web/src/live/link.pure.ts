// When to connect, when to wait, when a line is dead. A value and an event go in, a value and effects come out:
//
//   stopped ──start──▶ connecting ──welcomed──▶ open
//                       ▲   │ closed, late        │ closed, silent
//                     due,  ▼                     │
//                     nudge waiting ◀─────────────┘
//
// Of a line that is doubted, because a call has gone silent, little patience is had; a line of a network that was left
// is not asked at all.
//
// There is one timer; what it means depends on where the link is. Every attempt has a number, and what a socket of
// an earlier attempt still says is ignored.

/** Where the link is. */
export type Link =
  | { readonly at: 'stopped'; readonly attempt: number }
  | { readonly at: 'connecting'; readonly attempt: number; readonly failures: number }
  | { readonly at: 'open'; readonly attempt: number; readonly asked: 'no' | 'calmly' | 'urgently' }
  | { readonly at: 'waiting'; readonly attempt: number; readonly failures: number };

/** What happens to it. `chance` is a random number from 0 to 1, drawn by the caller. */
export type LinkEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'welcomed'; readonly attempt: number }
  | { readonly type: 'heard'; readonly attempt: number }
  /** `told`: the server goes down and said so, to everybody else as well. */
  | { readonly type: 'closed'; readonly attempt: number; readonly chance: number; readonly told?: boolean }
  | { readonly type: 'due'; readonly chance: number }
  | { readonly type: 'nudge' }
  /** Something else has gone silent. */
  | { readonly type: 'doubted' }
  /** The device has another network than before. */
  | { readonly type: 'moved' };

/** What to do about it. */
export type LinkEffect =
  | { readonly type: 'connect'; readonly attempt: number }
  | { readonly type: 'close' }
  | { readonly type: 'ping' }
  | { readonly type: 'timer'; readonly ms: number }
  | { readonly type: 'no_timer' }
  | { readonly type: 'online'; readonly online: boolean }
  /** A connection did not come about: is this device still signed in? */
  | { readonly type: 'doubt' };

/** A socket that has not said `welcome` by then never will. */
export const WELCOME_WITHIN = 10_000;
/** Shorter finds a dead line sooner and wakes a phone's radio more often. */
export const PING_EVERY = 25_000;
/** A line that is silent for so long after a ping is dead. */
export const PONG_WITHIN = 8_000;
/** The same where there is a reason to think so. Higher keeps a call silent for longer when its network changes; lower
 * drops good lines that are slow, and each costs a new connection. */
export const DOUBT_WITHIN = 800;
/** The longest first wait. Higher spreads those whose server was killed more, and keeps each of them off longer. */
export const FIRST_WAIT = 1_000;
/** The longest wait: how long people sit before a server that is back. */
export const LONGEST_WAIT = 15_000;
/** Whom the server told to go comes back within this time: so does everybody else whom it told. */
export const SPREAD = 3_000;
/** A gap that is shorter goes by unseen: longer than the way from a node that goes down to another one takes. Higher leaves
 * people for longer before a page that does nothing. */
export const WORTH_SAYING = SPREAD + 1_000;

export const stopped: Link = { at: 'stopped', attempt: 0 };

type Step = readonly [Link, readonly LinkEffect[]];

/** Exponential back-off, anywhere within each step, so that a restarted server is not hit by everybody at once. */
export function waitAfter(failures: number, chance: number): number {
  const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 10));
  return Math.round(whole * chance);
}

const connect = (attempt: number, failures: number): Step => [
  { at: 'connecting', attempt, failures },
  [
    { type: 'connect', attempt },
    { type: 'timer', ms: WELCOME_WITHIN },
  ],
];

const wait = (link: Link, failures: number, chance: number, before: readonly LinkEffect[]): Step => [
  { at: 'waiting', attempt: link.attempt, failures },
  [...before, { type: 'timer', ms: waitAfter(failures, chance) }],
];

const ask = (link: Link, asked: 'calmly' | 'urgently'): Step => [
  { at: 'open', attempt: link.attempt, asked },
  [{ type: 'ping' }, { type: 'timer', ms: asked === 'calmly' ? PONG_WITHIN : DOUBT_WITHIN }],
];

const connectAnew = (link: Link, before: readonly LinkEffect[]): Step => {
  const [next, effects] = connect(link.attempt + 1, 0);
  return [next, [{ type: 'close' }, ...before, ...effects]];
};

const down: LinkEffect = { type: 'online', online: false };

/** One step of the link. */
export function step(link: Link, event: LinkEvent): Step {
  switch (event.type) {
    case 'start':
      return link.at === 'stopped' ? connect(link.attempt + 1, 0) : [link, []];
    case 'stop':
      return link.at === 'stopped'
        ? [link, []]
        : [{ at: 'stopped', attempt: link.attempt }, [{ type: 'close' }, { type: 'no_timer' }, down]];
    case 'welcomed':
      if (link.at !== 'connecting' || event.attempt !== link.attempt) return [link, []];
      return [
        { at: 'open', attempt: link.attempt, asked: 'no' },
        [
          { type: 'online', online: true },
          { type: 'timer', ms: PING_EVERY },
        ],
      ];
    case 'heard':
      if (link.at !== 'open' || event.attempt !== link.attempt || link.asked === 'no') return [link, []];
      return [{ ...link, asked: 'no' }, [{ type: 'timer', ms: PING_EVERY }]];
    case 'closed':
      if (event.attempt !== link.attempt) return [link, []];
      if (link.at === 'connecting') return wait(link, link.failures + 1, event.chance, [{ type: 'doubt' }]);
      if (link.at === 'open' && event.told) {
        const waiting: Link = { at: 'waiting', attempt: link.attempt, failures: 1 };
        return [waiting, [down, { type: 'timer', ms: Math.round(SPREAD * event.chance) }]];
      }
      if (link.at === 'open') return wait(link, 1, event.chance, [down]);
      return [link, []];
    case 'due':
      if (link.at === 'connecting') return wait(link, link.failures + 1, event.chance, [{ type: 'close' }]);
      if (link.at === 'waiting') return connect(link.attempt + 1, link.failures);
      if (link.at === 'open') {
        if (link.asked === 'no') return ask(link, 'calmly');
        if (link.asked === 'urgently') return connectAnew(link, [down]);
        return wait(link, 1, event.chance, [{ type: 'close' }, down]);
      }
      return [link, []];
    case 'nudge':
      if (link.at === 'waiting') return connect(link.attempt + 1, link.failures);
      if (link.at === 'open' && link.asked === 'no') return ask(link, 'calmly');
      return [link, []];
    case 'doubted':
      if (link.at === 'waiting') return connect(link.attempt + 1, link.failures);
      if (link.at === 'open' && link.asked !== 'urgently') return ask(link, 'urgently');
      return [link, []];
    case 'moved':
      if (link.at === 'waiting') return connect(link.attempt + 1, link.failures);
      if (link.at === 'open') return connectAnew(link, [down]);
      // An attempt from the network before may hang for long.
      if (link.at === 'connecting') return connectAnew(link, []);
      return [link, []];
  }
}
