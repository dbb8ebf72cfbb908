import { describe, expect, it } from 'vitest';
import type { CallPage, CallRecord } from '../api/types';
import { extended, refreshed } from './call-pages.pure';

const call = (at: number): CallRecord => ({
  call: String(at).padStart(16, '0'),
  with: { handle: 'bob', name: 'Bob', verified: false },
  role: 'caller',
  kind: 'audio',
  at,
  outcome: 'answered',
  seconds: 1,
});
const page = (ats: number[], more: boolean): CallPage => ({ calls: ats.map(call), more });

describe('pages of calls', () => {
  it('grow downwards', () => {
    expect(extended(page([9, 8], true), page([8, 7], false))).toEqual(page([9, 8, 7], false));
  });

  it('keep what was loaded below when the newest is loaded anew', () => {
    expect(refreshed(page([9, 8, 7, 6], false), page([10, 9], true))).toEqual(page([10, 9, 8, 7, 6], false));
    expect(refreshed(page([9], true), page([10, 9], true))).toEqual(page([10, 9], true));
  });

  it('are what the server says when it says everything', () => {
    expect(refreshed(page([9, 8, 7], false), page([8], false))).toEqual(page([8], false));
    expect(refreshed(undefined, page([8], true))).toEqual(page([8], true));
  });
});
