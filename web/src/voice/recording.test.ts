import { describe, expect, it } from 'vitest';
import {
  kindOf,
  LEVELS,
  LONGEST,
  loudness,
  type Recording,
  type RecordingEffect,
  type RecordingEvent,
  record,
  secondsLeft,
  secondsOf,
  started,
} from './recording.pure';

/** Walks through events; answers with where it ends and all that had to be done. */
function walk(...events: RecordingEvent[]): { at: Recording; effects: RecordingEffect[] } {
  let at = started;
  const effects: RecordingEffect[] = [];
  for (const event of events) {
    const [next, more] = record(at, event);
    at = next;
    effects.push(...more);
  }
  return { at, effects };
}

const opened: RecordingEvent = { type: 'opened' };
const heard = (ms: number): RecordingEvent => ({ type: 'heard', ms, level: 0.5 });
const finished: RecordingEvent = { type: 'finished', bytes: 9 };

describe('a voice message being made', () => {
  it.each<[string, RecordingEvent[], Recording, RecordingEffect[]]>([
    [
      'is stopped by a press',
      [opened, heard(4_000), { type: 'stop' }, finished],
      { phase: 'ready', ms: 4_000, why: 'pressed' },
      ['stop', 'close'],
    ],
    [
      'is stopped by its length',
      [opened, heard(119_900), heard(120_050), finished],
      { phase: 'ready', ms: LONGEST, why: 'full' },
      ['stop', 'close'],
    ],
    [
      'gives the microphone to a call and stays',
      [opened, heard(4_000), { type: 'call' }, finished],
      { phase: 'ready', ms: 4_000, why: 'call' },
      ['stop', 'close'],
    ],
    ['is given up when a call comes first', [{ type: 'call' }, opened], { phase: 'gone' }, ['close']],
    [
      'stays when the microphone is unplugged',
      [opened, heard(4_000), finished],
      { phase: 'ready', ms: 4_000, why: 'pressed' },
      ['close'],
    ],
    [
      'holds nothing where nothing was recorded',
      [opened, { type: 'stop' }, { type: 'finished', bytes: 0 }],
      { phase: 'trouble', trouble: 'empty' },
      ['stop', 'close'],
    ],
    [
      'says why there is no microphone',
      [{ type: 'failed', trouble: 'denied' }],
      { phase: 'trouble', trouble: 'denied' },
      ['close'],
    ],
    [
      'tries again',
      [{ type: 'failed', trouble: 'denied' }, { type: 'again' }, opened],
      { phase: 'recording', ms: 0, levels: [] },
      ['close', 'open'],
    ],
    ['is discarded while it is made', [opened, heard(1), { type: 'discard' }, finished], { phase: 'gone' }, ['close']],
    ['is discarded once', [{ type: 'discard' }, { type: 'discard' }], { phase: 'gone' }, ['close']],
  ])('%s', (_, events, at, effects) => {
    expect(walk(...events)).toEqual({ at, effects });
  });

  it('draws the newest levels only', () => {
    const { at } = walk(opened, ...Array.from({ length: LEVELS + 5 }, (_, ms) => heard(ms)));
    expect(at.phase === 'recording' && at.levels).toHaveLength(LEVELS);
  });

  it.each([
    [0, 1],
    [1_400, 1],
    [1_600, 2],
    [LONGEST, 120],
    [LONGEST + 400, 120],
  ])('%d ms are %d s to the server', (ms, seconds) => {
    expect(secondsOf(ms)).toBe(seconds);
  });

  it.each([
    [109_999, undefined],
    [110_000, 10],
    [119_001, 1],
    [LONGEST, 0],
  ])('at %d ms %s s are left to say', (ms, left) => {
    expect(secondsLeft(ms)).toBe(left);
  });

  it.each([
    [['audio/webm;codecs=opus', 'audio/mp4'], 'audio/webm;codecs=opus'],
    [['audio/ogg;codecs=opus', 'audio/mp4'], 'audio/ogg;codecs=opus'],
    [['audio/mp4'], 'audio/mp4'],
    [['video/webm'], undefined],
  ])('of %j it takes %s', (supported, kind) => {
    expect(kindOf((one) => supported.includes(one))).toBe(kind);
  });

  it('is louder the louder it is, and silent where nothing is heard', () => {
    const levels = [0, 0.001, 0.01, 0.1, 1].map((value) => loudness(new Float32Array(64).fill(value)));
    expect(levels[0]).toBe(0);
    expect(levels[4]).toBe(1);
    expect([...levels].sort((a, b) => a - b)).toEqual(levels);
  });
});
