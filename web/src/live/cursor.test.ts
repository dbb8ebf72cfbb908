import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../api/types';
import { type Cursor, follow } from './cursor.pure';

const welcome = (cursor: number, reset = false): ServerFrame => ({
  type: 'welcome',
  device: '0000000000000001',
  now: 0,
  cursor,
  reset,
  calls: [],
});
const changed = (cursor: number): ServerFrame => ({ type: 'changed', cursor, what: 'people' });

describe('the cursor', () => {
  it('starts where the first welcome says, and asks for everything to be loaded', () => {
    expect(follow(null, welcome(7))).toEqual({ cursor: 7, fresh: true, reload: true });
  });

  it('stays at its place after a reconnect, and starts over after a reset', () => {
    expect(follow(7, welcome(7))).toEqual({ cursor: 7, fresh: true, reload: false });
    expect(follow(7, welcome(3, true))).toEqual({ cursor: 3, fresh: true, reload: true });
  });

  it('drops what it has processed', () => {
    expect(follow(7, changed(7))).toEqual({ cursor: 7, fresh: false, reload: false });
    expect(follow(7, changed(8))).toEqual({ cursor: 8, fresh: true, reload: false });
  });

  it('does not move for frames without one', () => {
    expect(follow(7, { type: 'pong' })).toEqual({ cursor: 7, fresh: true, reload: false });
  });

  it('processes each stored frame once and in order, however often it is repeated', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 80 }), (cursors) => {
        let at: Cursor = 0;
        const processed: number[] = [];
        for (const next of cursors) {
          const heed = follow(at, changed(next));
          if (heed.fresh) processed.push(next);
          at = heed.cursor;
        }
        expect(processed).toEqual([...new Set(processed)].sort((a, b) => a - b));
        expect(at).toBe(Math.max(0, ...cursors));
      }),
    );
  });
});
