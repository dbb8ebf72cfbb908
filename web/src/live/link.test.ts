import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DOUBT_WITHIN,
  FIRST_WAIT,
  type Link,
  type LinkEffect,
  type LinkEvent,
  LONGEST_WAIT,
  PING_EVERY,
  PONG_WITHIN,
  SPREAD,
  step,
  stopped,
  WELCOME_WITHIN,
  waitAfter,
} from './link.pure';

/** Plays events from the start and tells the last link and effects. */
function play(...events: LinkEvent[]): { link: Link; effects: readonly LinkEffect[] } {
  let link = stopped;
  let effects: readonly LinkEffect[] = [];
  for (const event of events) [link, effects] = step(link, event);
  return { link, effects };
}

const start: LinkEvent = { type: 'start' };
const welcomed = (attempt = 1): LinkEvent => ({ type: 'welcomed', attempt });
const closed = (attempt = 1): LinkEvent => ({ type: 'closed', attempt, chance: 0 });
const due: LinkEvent = { type: 'due', chance: 0 };

describe('the link', () => {
  it('connects, is welcomed, and pings', () => {
    expect(play(start).effects).toEqual([
      { type: 'connect', attempt: 1 },
      { type: 'timer', ms: WELCOME_WITHIN },
    ]);
    expect(play(start, welcomed()).effects).toEqual([
      { type: 'online', online: true },
      { type: 'timer', ms: PING_EVERY },
    ]);
    expect(play(start, welcomed(), due).effects).toEqual([{ type: 'ping' }, { type: 'timer', ms: PONG_WITHIN }]);
    expect(play(start, welcomed(), due, { type: 'heard', attempt: 1 }).effects).toEqual([
      { type: 'timer', ms: PING_EVERY },
    ]);
  });

  it('gives up a silent line', () => {
    const { link, effects } = play(start, welcomed(), due, due);
    expect(link.at).toBe('waiting');
    expect(effects).toEqual([{ type: 'close' }, { type: 'online', online: false }, { type: 'timer', ms: 0 }]);
  });

  it('waits longer after each failure, and starts over after a welcome', () => {
    const waits: number[] = [];
    let link = play(start).link;
    for (let i = 0; i < 8; i += 1) {
      const [waiting, effects] = step(link, { type: 'closed', attempt: link.attempt, chance: 1 });
      for (const effect of effects) if (effect.type === 'timer') waits.push(effect.ms);
      [link] = step(waiting, due);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000]);
    [link] = step(link, welcomed(link.attempt));
    const [, effects] = step(link, { type: 'closed', attempt: link.attempt, chance: 1 });
    expect(effects).toContainEqual({ type: 'timer', ms: FIRST_WAIT });
  });

  it('comes back within seconds of being told to go, not with everybody else in one', () => {
    const told = (chance: number): LinkEvent => ({ type: 'closed', attempt: 1, chance, told: true });
    for (const [chance, ms] of [
      [0, 0],
      [0.5, SPREAD / 2],
      [1, SPREAD],
    ] as const) {
      const { link, effects } = play(start, welcomed(), told(chance));
      expect(link).toEqual({ at: 'waiting', attempt: 1, failures: 1 });
      expect(effects).toEqual([
        { type: 'online', online: false },
        { type: 'timer', ms },
      ]);
    }
    // Turned away while it connects, it backs off like from any server.
    expect(play(start, told(1)).effects).toContainEqual({ type: 'timer', ms: FIRST_WAIT });
  });

  it('doubts its session only when no connection came about', () => {
    expect(play(start, closed()).effects).toContainEqual({ type: 'doubt' });
    expect(play(start, welcomed(), closed()).effects).not.toContainEqual({ type: 'doubt' });
  });

  it('does not listen to a socket of an earlier attempt', () => {
    const now = play(start, closed(1), due);
    expect(now.link).toEqual({ at: 'connecting', attempt: 2, failures: 1 });
    expect(step(now.link, welcomed(1))).toEqual([now.link, []]);
    expect(step(now.link, closed(1))).toEqual([now.link, []]);
  });

  it('connects at once when nudged while it waits, and asks when nudged while open', () => {
    expect(play(start, closed(), { type: 'nudge' }).link.at).toBe('connecting');
    expect(play(start, welcomed(), { type: 'nudge' }).effects).toContainEqual({ type: 'ping' });
  });

  it('has little patience with a line that is doubted, and then does not wait', () => {
    const doubted = play(start, welcomed(), { type: 'doubted' });
    expect(doubted.effects).toEqual([{ type: 'ping' }, { type: 'timer', ms: DOUBT_WITHIN }]);
    expect(step(doubted.link, { type: 'doubted' })).toEqual([doubted.link, []]);
    expect(step(doubted.link, due)[1]).toEqual([
      { type: 'close' },
      { type: 'online', online: false },
      { type: 'connect', attempt: 2 },
      { type: 'timer', ms: WELCOME_WITHIN },
    ]);
    const [answered] = step(doubted.link, { type: 'heard', attempt: 1 });
    expect(answered).toEqual({ at: 'open', attempt: 1, asked: 'no' });
    // A line that was asked without hurry is asked again.
    expect(play(start, welcomed(), due, { type: 'doubted' }).effects).toEqual(doubted.effects);
  });

  it('does not ask a line of the network before', () => {
    const effects = [
      { type: 'connect', attempt: 2 },
      { type: 'timer', ms: WELCOME_WITHIN },
    ];
    const moved: LinkEvent = { type: 'moved' };
    expect(play(start, welcomed(), moved).effects).toEqual([
      { type: 'close' },
      { type: 'online', online: false },
      ...effects,
    ]);
    expect(play(start, moved).effects).toEqual([{ type: 'close' }, ...effects]);
    expect(play(start, closed(), moved).effects).toEqual(effects);
  });

  it('stays stopped', () => {
    const { link } = play(start, welcomed(), { type: 'stop' });
    for (const event of [
      due,
      closed(),
      welcomed(),
      { type: 'nudge' },
      { type: 'doubted' },
      { type: 'moved' },
    ] as const) {
      expect(step(link, event)).toEqual([link, []]);
    }
  });

  it('keeps its promises on any walk', () => {
    const event = fc.oneof(
      fc.constantFrom<LinkEvent>(
        { type: 'start' },
        { type: 'stop' },
        { type: 'nudge' },
        { type: 'doubted' },
        { type: 'moved' },
      ),
      fc.record({ type: fc.constant('due' as const), chance: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ type: fc.constantFrom('welcomed' as const, 'heard' as const), attempt: fc.nat(6) }),
      fc.record({
        type: fc.constant('closed' as const),
        attempt: fc.nat(6),
        chance: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let link = stopped;
        let online = false;
        let timer = false;
        for (const next of events) {
          const before = link;
          let effects: readonly LinkEffect[];
          if (next.type === 'due') timer = false;
          [link, effects] = step(link, next);
          for (const effect of effects) {
            if (effect.type === 'online') {
              if (effect.online) expect(online).toBe(false);
              online = effect.online;
            }
            if (effect.type === 'timer') timer = true;
            if (effect.type === 'no_timer') timer = false;
            if (effect.type === 'connect') expect(effect.attempt).toBe(before.attempt + 1);
          }
          // A running link always has something to wait for; else it would hang for ever.
          if (next.type === 'due') expect(timer).toBe(link.at !== 'stopped');
          expect(online).toBe(link.at === 'open');
        }
      }),
    );
  });

  it('never waits longer than it says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, chance) => {
          const ms = waitAfter(failures, chance);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(LONGEST_WAIT);
        },
      ),
    );
  });
});
