// What a test of a ring has shown so far: each step, and what it all means. The server tells the steps
// (`crates/server/src/ring_test.rs`); the meaning is found here.
import type { Device, RingTest, RingTestStep } from '../api/types';

/** How long the server lets it ring, and a little for the last report to come in. */
const RINGS = 30_000;
const LATE = 3_000;

type Step = RingTestStep['step'];
type Way = NonNullable<RingTestStep['way']>;

/** What it means. The words say what to do about it. */
export type Verdict =
  | { readonly kind: 'counting'; readonly seconds: number }
  /** It rings, or should: something is still to come. */
  | { readonly kind: 'ringing' }
  | { readonly kind: 'rings_closed' }
  | { readonly kind: 'rings_open'; readonly closed: Push }
  | { readonly kind: 'silent'; readonly closed: Push; readonly app: boolean }
  /** The server knows nothing more of it: it was started anew meanwhile. */
  | { readonly kind: 'lost' };

/** What became of the push message. */
export type Push = 'off' | 'taken' | 'refused' | 'away';

/** How a step ended, for the mark before it. */
export type Mark = 'good' | 'bad' | 'none';

/** A step, for the list. */
export interface Line {
  readonly words: `${Step}_${Way}` | 'scheduled' | 'away_push';
  readonly mark: Mark;
  /** Since the ring, in milliseconds; nothing for what came before. */
  readonly after: number | undefined;
}

const has = (test: RingTest, step: Step, way: Way) => test.steps.some((one) => one.step === step && one.way === way);

/** What became of the push message; nothing while the push service has not answered. */
function pushed(test: RingTest): Push | undefined {
  if (has(test, 'accepted', 'push')) return 'taken';
  if (has(test, 'refused', 'push')) return 'refused';
  if (has(test, 'unreachable', 'push')) return has(test, 'sent', 'push') ? 'away' : 'off';
  return undefined;
}

/** Whether nothing more can come. */
export function isOver(test: RingTest, now: number): boolean {
  const { kind } = verdictOf(test, now);
  return kind !== 'counting' && kind !== 'ringing';
}

/** What a test means at this moment. */
export function verdictOf(test: RingTest, now: number): Verdict {
  if (now < test.at) return { kind: 'counting', seconds: Math.max(1, Math.round((test.at - now) / 1_000)) };
  if (has(test, 'shown', 'push') || has(test, 'opened', 'push')) return { kind: 'rings_closed' };
  const late = now >= test.at + RINGS + LATE;
  const push = pushed(test);
  const app = has(test, 'sent', 'app');
  if (has(test, 'shown', 'app') || has(test, 'opened', 'app')) {
    // What a push service took may still be shown.
    if (push !== undefined && (push !== 'taken' || late)) return { kind: 'rings_open', closed: push };
    return late ? { kind: 'rings_open', closed: 'away' } : { kind: 'ringing' };
  }
  const hopeless = !app && push !== undefined && push !== 'taken';
  if (!late && !hopeless) return { kind: 'ringing' };
  if (push === undefined && !app) return { kind: 'lost' };
  return { kind: 'silent', closed: push ?? 'away', app };
}

/** The steps, as they are shown. */
export function linesOf(test: RingTest): readonly Line[] {
  return test.steps.map(({ step, way, at }) => {
    if (step === 'scheduled' || way == null) return { words: 'scheduled', mark: 'good', after: undefined };
    const after = Math.max(0, at - test.at);
    if (step === 'refused') return { words: `${step}_${way}`, mark: 'bad', after };
    if (step !== 'unreachable') return { words: `${step}_${way}`, mark: 'good', after };
    if (way === 'push' && has(test, 'sent', 'push')) return { words: 'away_push', mark: 'bad', after };
    return { words: `${step}_${way}`, mark: 'none', after };
  });
}

/** The devices with the newest of a test in it. */
export function withTest(devices: readonly Device[], device: string, test: RingTest): Device[] {
  return devices.map((one) => (one.id === device ? { ...one, ring_test: test } : one));
}
