import { describe, expect, it } from 'vitest';
import { noteWords } from '../words/notes.pure';
import {
  type Meaning,
  meaningOf,
  messageNote,
  missedNote,
  pageOf,
  ringNote,
  stoppedNote,
  testNote,
} from './notes.pure';

const { en: words } = noteWords;
const call = { call: '018f', caller: 'ann', kind: 'video' } as const;

describe('a ring', () => {
  it('says who and what kind, and offers Answer and Decline', () => {
    const { title, options } = ringNote(words, call, 'Ann');
    expect(title).toBe('Ann is calling');
    expect(options).toMatchObject({ body: 'Video call', tag: '018f', renotify: true, requireInteraction: true });
    expect(options.actions.map(({ title }) => title)).toEqual(['Answer', 'Decline']);
  });

  it('is followed in its place by whatever it became', () => {
    const notes = [missedNote(words, call, 'Ann', false), stoppedNote(words, '018f', 'answered_elsewhere')];
    expect(notes.map(({ options }) => options.tag)).toEqual(['018f', '018f']);
    expect(notes.map(({ title }) => title)).toEqual(['Missed call from Ann', 'Answered on another device']);
  });

  it('makes no sound when it is told again that it was missed', () => {
    expect(missedNote(words, call, 'Ann', false).options.silent).toBe(false);
    expect(missedNote(words, call, 'Ann', true).options.silent).toBe(true);
  });
});

it('a late test ring says so and does not ring', () => {
  expect(testNote(words, '7', false).options).toMatchObject({ requireInteraction: true });
  expect(testNote(words, '7', true).options.requireInteraction).toBe(false);
  expect(testNote(words, '7', true).options.vibrate).toBeUndefined();
});

describe('a press', () => {
  const meanings: Meaning[] = [
    { type: 'ring', ...call },
    { type: 'missed', call: '018f', caller: 'ann' },
    messageNote('ann', 7, 'Ann', 'Hello').options.data,
    { type: 'test', test: '7' },
    { type: 'line' },
  ];

  it('leads to a page of the app whose address names no call (C-11)', () => {
    const pages = meanings.map(pageOf);
    expect(pages).toEqual(['/messages/ann', '/messages/ann', '/messages/ann', '/settings/devices', '/messages']);
  });

  it('knows its notification again, and no other', () => {
    for (const meaning of meanings) expect(meaningOf(structuredClone(meaning))).toEqual(meaning);
    for (const other of [null, 'ring', {}, { type: 'advert' }, { type: 1 }]) expect(meaningOf(other)).toBeUndefined();
  });
});
