import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { sizeToSend, sizeToShow } from './prepare.pure';
import { type Sending, ship, shownIn, stranded } from './sending.pure';

const picture = { key: 'k', to: 'bob', width: 20, height: 10, text: 'look', alt: '' };
const begun = ship([], { type: 'sent', picture });
const entry: Entry = {
  seq: 1,
  at: 0,
  from: 'ann',
  body: { type: 'picture', width: 20, height: 10, text: 'look' },
};

describe('a picture on its way', () => {
  it('is sent once, however often it is asked for', () => {
    expect(ship(begun, { type: 'sent', picture })).toBe(begun);
  });

  it('is not shown twice when it is there before its answer', () => {
    const seen = ship(begun, { type: 'entry', to: 'bob', entry });
    expect(shownIn(seen, 'bob')).toEqual([]);
    expect(ship(seen, { type: 'kept', key: 'k' })).toEqual([]);
    expect(shownIn(ship(begun, { type: 'entry', to: 'cleo', entry }), 'bob')).toHaveLength(1);
  });

  it('waits for the network, and is not tried again where it was refused', () => {
    const failed = (code: 'unreachable' | 'full'): Sending => ship(begun, { type: 'failed', key: 'k', code });
    expect(stranded(failed('unreachable'))).toHaveLength(1);
    expect(stranded(failed('full'))).toEqual([]);
    const again = ship(failed('full'), { type: 'retry', key: 'k' });
    expect(again[0]).toMatchObject({ state: 'under_way', progress: 0 });
    expect(ship(again, { type: 'drop', key: 'k' })).toEqual([]);
  });
});

describe('the size of a picture', () => {
  it('is made smaller before it is sent, never larger, with its sides as they are', () => {
    expect(sizeToSend(4_096, 1_024, 100)).toEqual({ width: 2_048, height: 512 });
    expect(sizeToSend(1_000, 500, 9_000_000)).toEqual({ width: 1_000, height: 500 });
    expect(sizeToSend(1_000, 500, 100)).toBeUndefined();
    expect(sizeToSend(100_000, 1, 100)?.height).toBe(1);
  });

  it('leaves room for a finger on a line of pixels', () => {
    expect(sizeToShow(2_048, 1_024)).toEqual({ width: 320, height: 160 });
    expect(sizeToShow(2_048, 2).height).toBe(48);
    expect(sizeToShow(8, 8)).toEqual({ width: 96, height: 48 });
  });
});
