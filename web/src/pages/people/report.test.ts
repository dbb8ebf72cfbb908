import { describe, expect, it } from 'vitest';
import type { Entry } from '../../api/types';
import { choosable, excerpt, kindOf } from './report.pure';

const entry = (seq: number, body: Entry['body']): Entry => ({ seq, at: seq, from: 'bob', body });
const message = (seq: number, text: string) => entry(seq, { type: 'message', text });
const call = entry(3, { type: 'call', call: '1', kind: 'audio', outcome: 'no_answer', seconds: 0 });

describe('what can be shown to the operator', () => {
  it('is what was written or said, the newest first', () => {
    const voice = entry(2, { type: 'voice', seconds: 4 });
    const gone = entry(5, { type: 'deleted' });
    expect(choosable([message(1, 'a'), voice, call, message(4, 'b'), gone]).map(({ seq }) => seq)).toEqual([4, 2, 1]);
  });

  it('is shown on one line', () => {
    expect(excerpt(message(1, ' a\n\n b '))).toBe('a b');
    expect(excerpt(call)).toBeUndefined();
    const shown = entry(6, { type: 'picture', width: 1, height: 1, text: 'look' });
    expect([excerpt(shown), kindOf(shown), kindOf(call)]).toEqual(['look', 'picture', 'other']);
  });
});
