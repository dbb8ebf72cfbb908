// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest';
import type { ConversationSummary, Entry, ServerFrame } from '../api/types';
import { conversations, hearInList, unreadConversations } from './conversations.svelte';

/** Requests that reached the network, to be answered by the test. The client takes `fetch` when it is imported. */
const wire = vi.hoisted(() => {
  const requests: { url: string; answer: (response: Response) => void }[] = [];
  globalThis.fetch = (request) =>
    new Promise<Response>((answer) => requests.push({ url: (request as Request).url, answer }));
  return requests;
});

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
const entry = (seq: number, from: string): Entry => ({ seq, at: seq, from, body: { type: 'message', text: `${seq}` } });
const row = (handle: string, seq: number): ConversationSummary => ({
  with: { handle, name: handle, verified: false },
  last: entry(seq, handle),
  unread: 0,
});
const arrives = (handle: string, seq: number): ServerFrame => ({
  type: 'entry',
  cursor: seq,
  with: handle,
  entry: entry(seq, handle),
  request: false,
  unread: 1,
});
const asked = (what: string) => wire.filter(({ url }) => url.endsWith(what));
const shown = () => conversations.data?.map((one) => [one.with.handle, one.last.seq, one.unread]);

beforeEach(async () => {
  const loaded = conversations.load();
  await vi.waitFor(() => expect(asked('/conversations').length).toBeGreaterThan(0));
  asked('/conversations')
    .at(-1)
    ?.answer(json([row('cleo', 2), row('bob', 1)]));
  await loaded;
  wire.length = 0;
});

it('keeps what arrives live while an older list is on its way, and takes the rest of that list', async () => {
  const loaded = conversations.load();
  hearInList(arrives('bob', 5));
  await vi.waitFor(() => expect(asked('/conversations')).toHaveLength(1));
  asked('/conversations')[0]?.answer(json([row('cleo', 4), row('bob', 1)]));
  await loaded;
  expect(shown()).toEqual([
    ['bob', 5, 1],
    ['cleo', 4, 0],
  ]);
});

it('shows somebody new at once, and does not undo what follows when the name comes', async () => {
  hearInList(arrives('dora', 6));
  expect(shown()?.[0]).toEqual(['dora', 6, 1]);
  hearInList({ type: 'read', cursor: 7, with: 'dora', seq: 6, unread: 0 });
  await vi.waitFor(() => expect(asked('/people/dora')).toHaveLength(1));
  asked('/people/dora')[0]?.answer(json({ handle: 'dora', name: 'Dora', verified: false }));
  await vi.waitFor(() => expect(conversations.data?.[0]?.with.name).toBe('Dora'));
  expect(unreadConversations()).toBe(0);
});

it('shows the entry before when the last one was deleted, and asks for nothing when it was an older one', async () => {
  hearInList({ type: 'entry_gone', cursor: 8, with: 'cleo', seq: 1, unread: 0 });
  await Promise.resolve();
  expect(asked('/conversations')).toHaveLength(0);
  hearInList({ type: 'entry_gone', cursor: 9, with: 'cleo', seq: 2, unread: 0 });
  await vi.waitFor(() => expect(asked('/conversations')).toHaveLength(1));
  // Nothing is left of the conversation.
  asked('/conversations')[0]?.answer(json([row('bob', 1)]));
  await vi.waitFor(() => expect(shown()).toEqual([['bob', 1, 0]]));
});
