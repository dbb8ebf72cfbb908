import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../api/types';
import { due, type Outbox, type OutboxEvent, post, taken, underWay, waitingFor } from './outbox.pure';

const wrote = (key: string, to = 'bob', text = key): OutboxEvent => ({ type: 'wrote', key, to, text, at: 0 });
const entry = (text: string): Entry => ({ seq: 1, at: 0, from: 'ann', body: { type: 'message', text } });
const keys = (outbox: Outbox) => outbox.map((one) => one.key);

function flush(outbox: Outbox): [Outbox, string[]] {
  const now = due(outbox);
  return [underWay(outbox, now), keys(now)];
}

function play(events: OutboxEvent[]): Outbox {
  return events.reduce<Outbox>(post, []);
}

describe('the outbox', () => {
  it('sends one message at a time in a conversation, and conversations side by side', () => {
    let outbox = play([wrote('1'), wrote('2'), wrote('3', 'cleo')]);
    let sent: string[];
    [outbox, sent] = flush(outbox);
    expect(sent).toEqual(['1', '3']);
    [outbox, sent] = flush(outbox);
    expect(sent).toEqual([]);
    [outbox, sent] = flush(post(outbox, { type: 'sent', key: '1' }));
    expect(sent).toEqual(['2']);
  });

  it('sends again with the same key after the line was lost', () => {
    let [outbox] = flush(play([wrote('1'), wrote('2')]));
    outbox = post(outbox, { type: 'link', online: false });
    expect(flush(outbox)[1]).toEqual(['1']);
  });

  it('keeps a refused message until somebody decides, and goes on with the next', () => {
    const [outbox] = flush(play([wrote('1'), wrote('2')]));
    const refused = post(outbox, { type: 'refused', key: '1', code: 'unavailable' });
    expect(refused[0]).toMatchObject({ state: 'failed', code: 'unavailable' });
    expect(flush(refused)[1]).toEqual(['2']);
    expect(flush(post(refused, { type: 'retry', key: '1' }))[1]).toEqual(['1']);
    expect(keys(post(refused, { type: 'drop', key: '1' }))).toEqual(['2']);
  });

  it('is not shown beside its own entry, yet sent until it is acknowledged', () => {
    const [outbox] = flush(play([wrote('1', 'bob', 'hello'), wrote('2', 'bob', 'hello')]));
    const seen = post(outbox, { type: 'entry', to: 'bob', entry: entry('hello') });
    expect(keys(waitingFor(seen, 'bob'))).toEqual(['2']);
    const again = post(seen, { type: 'link', online: true });
    expect(flush(again)[1]).toEqual(['1']);
  });

  it('is one for all tabs, and what is under way is not sent by what another tab has kept', () => {
    const [own] = flush(play([wrote('1'), wrote('2')]));
    const kept = play([wrote('1'), wrote('2'), wrote('3')]);
    const both = taken(own, kept);
    expect(both.map((one) => one.state)).toEqual(['under_way', 'queued', 'queued']);
    expect(flush(both)[1]).toEqual([]);
    // Given up in another tab, or failed there.
    expect(keys(taken(own, kept.slice(1)))).toEqual(['2', '3']);
    const failed = post(kept, { type: 'refused', key: '1', code: 'unavailable' });
    expect(taken(own, failed)[0]?.state).toBe('failed');
  });

  it('takes a key once', () => {
    expect(keys(play([wrote('1'), wrote('1')]))).toEqual(['1']);
  });

  it('delivers everything once and in order over a line that drops', () => {
    const steps = fc.array(fc.constantFrom('write', 'deliver', 'lose', 'answer'), { maxLength: 80 });
    fc.assert(
      fc.property(steps, (walk) => {
        let outbox: Outbox = [];
        let written = 0;
        const wire: string[] = [];
        const answers: string[] = [];
        const server: string[] = [];
        const send = () => {
          const now = due(outbox);
          outbox = underWay(outbox, now);
          wire.push(...keys(now));
        };
        const deliver = () => {
          const key = wire.shift();
          if (key === undefined) return;
          if (!server.includes(key)) server.push(key);
          answers.push(key);
        };
        const answer = () => {
          const key = answers.shift();
          if (key !== undefined) outbox = post(outbox, { type: 'sent', key });
        };
        for (const next of walk) {
          if (next === 'write') outbox = post(outbox, wrote(String(written++)));
          if (next === 'deliver') deliver();
          if (next === 'answer') answer();
          if (next === 'lose') {
            wire.length = 0;
            answers.length = 0;
            outbox = post(outbox, { type: 'link', online: false });
          }
          send();
        }
        // A good line at last: all that was written arrives.
        while (outbox.length > 0) {
          send();
          deliver();
          answer();
        }
        expect(server).toEqual(Array.from({ length: written }, (_, i) => String(i)));
      }),
    );
  });
});
