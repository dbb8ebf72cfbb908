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
    conversation.hear({ type: 'entry', cursor: live, with: 'bob', entry: entry(live), unread: 0, request: false });
    for (const { url, answer } of wire) {
      answer(json(url.includes('/entries') ? { entries: known.map(entry), more: false } : head));
    }
    await loaded;
    expect(conversation.entries?.map((one) => one.seq)).toContain(live);
  }
});

it('forgets what was deleted, also when an older page that holds it comes later, and what was deleted unheard', async () => {
  setMe({ handle: 'ann' } as Parameters<typeof setMe>[0]);
  const conversation = new ConversationState('bob');
  const seqs = () => conversation.entries?.map((one) => one.seq);
  const load = async (known: number[], meanwhile: () => void = () => undefined) => {
    wire.length = 0;
    const loaded = conversation.load();
    await vi.waitFor(() => expect(wire).toHaveLength(2));
    meanwhile();
    for (const { url, answer } of wire) {
      answer(json(url.includes('/entries') ? { entries: known.map(entry), more: false } : head));
    }
    await loaded;
  };
  const gone = (seq: number) => conversation.hear({ type: 'entry_gone', cursor: 9, with: 'bob', seq, unread: 0 });
  await load([1, 2, 3, 4]);
  gone(2);
  expect(seqs()).toEqual([1, 3, 4]);
  await load([1, 2, 3, 4], () => gone(3));
  expect(seqs()).toEqual([1, 4]);
  // While the line was down.
  conversation.add(entry(5));
  await load([1, 5]);
  expect(seqs()).toEqual([1, 5]);
});

it('goes to an entry also when its page opens, and loads anew, while the newest entries are on their way', async () => {
  setMe({ handle: 'ann' } as Parameters<typeof setMe>[0]);
  const conversation = new ConversationState('bob');
  wire.length = 0;
  const answerFrom = (first: number) => {
    for (const { url, answer } of wire.slice(first)) {
      answer(json(url.includes('/entries') ? { entries: [8, 9].map(entry), more: true } : head));
    }
  };
  const loaded = conversation.load();
  const shown = conversation.show(5);
  conversation.need();
  await vi.waitFor(() => expect(wire).toHaveLength(2));
  const again = conversation.load();
  await vi.waitFor(() => expect(wire).toHaveLength(4));
  answerFrom(0);
  await Promise.all([loaded, again]);
  await vi.waitFor(() => expect(wire).toHaveLength(5));
  expect(wire[4]?.url).toContain('around=5');
  wire[4]?.answer(json({ entries: [4, 5, 6].map(entry), more: true, newer: true }));
  await shown;
  expect(conversation.entries?.map((one) => one.seq)).toEqual([4, 5, 6]);
  expect(conversation.target).toBe(5);
});
