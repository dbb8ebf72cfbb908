// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest';
import type { Conversation, Entry } from '../api/types';
import { ConversationState } from './conversation.svelte';
import { setMe } from './session.svelte';

/** Requests that reached the network, to be answered by the test. The client takes `fetch` when it is imported. */
const wire = vi.hoisted(() => {
  const requests: { url: string; answer: (response: Response) => void }[] = [];
  globalThis.fetch = (request) =>
    new Promise<Response>((answer) => requests.push({ url: (request as Request).url, answer }));
  return requests;
});

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
const entry = (seq: number): Entry => ({ seq, at: seq, from: 'bob', body: { type: 'message', text: String(seq) } });
const head = { with: { handle: 'bob', name: 'Bob', call: 'available' }, read: 9, unread: 0 } as unknown as Conversation;

/** What the server had when it read the page, and what arrived live before the page did. */
const races: [number[], number][] = [
  [[], 1],
  [[], 2],
  [[1], 3],
];

it('keeps what arrives live while an older page is on its way', async () => {
  setMe({ handle: 'ann' } as Parameters<typeof setMe>[0]);
  const conversation = new ConversationState('bob');
  for (const [known, live] of races) {
    wire.length = 0;
    const loaded = conversation.load();
    await vi.waitFor(() => expect(wire).toHaveLength(2));
    conversation.hear({ type: 'entry', cursor: live, with: 'bob', entry: entry(live), unread: 0 });
    for (const { url, answer } of wire) {
      answer(json(url.includes('/entries') ? { entries: known.map(entry), more: false } : head));
    }
    await loaded;
    expect(conversation.entries?.map((one) => one.seq)).toContain(live);
  }
});
