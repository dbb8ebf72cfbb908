import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { type Sending, type SendingEvent, ship, shownIn, stranded } from './sending.pure';

const all = (...events: SendingEvent[]) => events.reduce<Sending>(ship, []);
const sent = (key: string, seconds = 5): SendingEvent => ({ type: 'sent', key, to: 'bob', seconds });
const entry = (seconds: number): Entry => ({ seq: 1, at: 1, from: 'ann', body: { type: 'voice', seconds } });

describe('voice messages on their way', () => {
  it('say how far they are, and are gone once they are kept', () => {
    const half = all(sent('a'), { type: 'progress', key: 'a', progress: 0.5 });
    expect(shownIn(half, 'bob')).toMatchObject([{ key: 'a', state: 'under_way', progress: 0.5 }]);
    expect(shownIn(half, 'cleo')).toEqual([]);
    expect(ship(half, { type: 'kept', key: 'a' })).toEqual([]);
  });

  it('stay when they fail, and start over when they are tried again', () => {
    const failed = all(sent('a'), { type: 'failed', key: 'a', code: 'unreachable' });
    expect(stranded(failed)).toHaveLength(1);
    const again = ship(failed, { type: 'retry', key: 'a' });
    expect(again).toEqual([{ key: 'a', to: 'bob', seconds: 5, state: 'under_way', progress: 0, seen: false }]);
    expect(ship(failed, { type: 'drop', key: 'a' })).toEqual([]);
  });

  it('are not tried again by themselves where the server refused them', () => {
    expect(stranded(all(sent('a'), { type: 'failed', key: 'a', code: 'you_blocked' }))).toEqual([]);
  });

  it('are not shown twice when the entry comes before the answer', () => {
    const seen = all(sent('a'), sent('b'), { type: 'entry', to: 'bob', entry: entry(5) });
    expect(shownIn(seen, 'bob').map((one) => one.key)).toEqual(['b']);
    expect(shownIn(ship(seen, { type: 'entry', to: 'bob', entry: entry(6) }), 'bob')).toHaveLength(1);
  });

  it('are sent once by one press', () => {
    expect(all(sent('a'), sent('a'))).toHaveLength(1);
  });
});
