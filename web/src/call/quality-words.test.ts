import { describe, expect, it } from 'vitest';
import { words } from '../words';
import { newOwn } from './own.pure';
import { figureLines, otherHeld, ownHeld } from './quality-words';

const figures = { lossOut: 0.034, lossIn: 0.004, madeUp: null, jitter: null, roundTrip: 123.4 };

describe('the connection in words', () => {
  it('gives the figures a person can make something of, and the path', () => {
    expect(figureLines(figures, 'Bob', 'relay')).toEqual([
      ['Lost on the way from you', '3 %'],
      ['Lost on the way from Bob', 'under 1 %'],
      ['There and back', '123 ms'],
      ['Path', 'Through the relay'],
    ]);
    expect(figureLines(figures, 'Bob', 'direct').at(-1)).toEqual(['Path', 'Direct']);
  });

  it('leaves out what nobody counted', () => {
    const unknown = { lossOut: null, lossIn: 0, madeUp: null, jitter: null, roundTrip: null };
    expect(figureLines(unknown, 'Bob', null)).toEqual([['Lost on the way from Bob', '0 %']]);
  });

  it('says whose side it seems to be, and where it cannot be told', () => {
    expect((['own', 'other', 'either', 'way'] as const).map((side) => words.connection.sides[side]('Bob'))).toEqual([
      'It seems to be your connection.',
      'It seems to be Bob’s connection.',
      'It may be your connection or Bob’s.',
      'It is the way between you that is long.',
    ]);
    expect(words.connection.label('poor')).toBe('Connection: poor');
  });

  it('names what is paused, on both screens', () => {
    const filming = { ...newOwn(1, true), camera: 'on' } as const;
    expect(ownHeld(filming)).toBe('Video is paused: your connection is poor');
    expect(ownHeld({ ...filming, camera: 'resting', screen: 'on' })).toBe('Sharing is paused: your connection is poor');
    const remote = { microphone: true, camera: true, screen: false, held: true };
    expect(otherHeld(remote, 'Ann')).toBe("Ann's video is paused: poor connection");
    expect(otherHeld({ ...remote, camera: false, screen: true }, 'Ann')).toBe(
      "Ann's screen is paused: poor connection",
    );
  });
});
