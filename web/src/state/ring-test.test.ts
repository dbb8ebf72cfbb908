import { describe, expect, it } from 'vitest';
import type { Device, RingTest, RingTestStep } from '../api/types';
import { isOver, linesOf, verdictOf, withTest } from './ring-test.pure';

const AT = 1_800_000_000_000;

/** A test from short steps such as `sent app`, each 100 ms after the one before. */
function test(...steps: string[]): RingTest {
  return {
    test: 't',
    at: AT,
    steps: [
      { step: 'scheduled', at: AT - 10_000 },
      ...steps.map((text, index) => {
        const [step, way] = text.split(' ');
        return { step, way, at: AT + 100 * index } as RingTestStep;
      }),
    ],
  };
}

const SOON = AT + 2_000;
const LATE = AT + 33_000;

describe('what a test of a ring means', () => {
  it('counts down to the ring', () => {
    expect(verdictOf(test(), AT - 10_040)).toEqual({ kind: 'counting', seconds: 10 });
    expect(verdictOf(test(), AT - 1)).toEqual({ kind: 'counting', seconds: 1 });
    expect(verdictOf(test(), AT)).toEqual({ kind: 'ringing' });
  });

  const open = (closed: string) => ({ kind: 'rings_open', closed });
  const silent = (closed: string, app: boolean) => ({ kind: 'silent', closed, app });
  const ringing = { kind: 'ringing' };
  it.each<[string[], object, object]>([
    [['sent app', 'sent push', 'accepted push', 'shown push'], { kind: 'rings_closed' }, { kind: 'rings_closed' }],
    [['unreachable app', 'sent push', 'shown push', 'opened push'], { kind: 'rings_closed' }, { kind: 'rings_closed' }],
    [['sent app', 'unreachable push', 'shown app'], open('off'), open('off')],
    [['sent app', 'sent push', 'refused push', 'shown app', 'opened app'], open('refused'), open('refused')],
    [['sent app', 'sent push', 'unreachable push', 'shown app'], open('away'), open('away')],
    [['sent app', 'sent push', 'accepted push', 'shown app', 'opened app'], ringing, open('taken')],
    [['sent app', 'sent push', 'shown app'], ringing, open('away')],
    [['sent app', 'unreachable push'], ringing, silent('off', true)],
    [['sent app', 'sent push', 'accepted push'], ringing, silent('taken', true)],
    [['unreachable app', 'sent push', 'accepted push'], ringing, silent('taken', false)],
    [['unreachable app', 'sent push', 'refused push'], silent('refused', false), silent('refused', false)],
    [['unreachable app', 'sent push', 'unreachable push'], silent('away', false), silent('away', false)],
    [['unreachable app', 'unreachable push'], silent('off', false), silent('off', false)],
    [[], ringing, { kind: 'lost' }],
  ])('%j', (steps, soon, late) => {
    expect(verdictOf(test(...steps), SOON)).toEqual(soon);
    expect(verdictOf(test(...steps), LATE)).toEqual(late);
    expect(isOver(test(...steps), SOON)).toBe(soon !== ringing);
    expect(isOver(test(...steps), LATE)).toBe(true);
  });
});

describe('the steps of a test', () => {
  it('are marked, and timed from the ring on', () => {
    const steps = ['unreachable app', 'sent push', 'accepted push', 'shown push', 'opened push'];
    expect(linesOf(test(...steps))).toEqual([
      { words: 'scheduled', mark: 'good', after: undefined },
      { words: 'unreachable_app', mark: 'none', after: 0 },
      { words: 'sent_push', mark: 'good', after: 100 },
      { words: 'accepted_push', mark: 'good', after: 200 },
      { words: 'shown_push', mark: 'good', after: 300 },
      { words: 'opened_push', mark: 'good', after: 400 },
    ]);
  });

  it('tell a push service that is away from a device that has none', () => {
    const words = (...steps: string[]) => linesOf(test(...steps)).map((line) => `${line.words} ${line.mark}`);
    expect(words('unreachable push')).toContain('unreachable_push none');
    expect(words('sent push', 'unreachable push')).toContain('away_push bad');
    expect(words('sent push', 'refused push')).toContain('refused_push bad');
  });

  it('go to the device they belong to', () => {
    const device = (id: string) => ({ id }) as Device;
    const after = withTest([device('a'), device('b')], 'b', test('sent app'));
    expect(after.map((one) => one.ring_test?.steps.length)).toEqual([undefined, 2]);
  });
});
