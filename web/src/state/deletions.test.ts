// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deleteNow, deleteSoon, isDeleted, resumeDeletions } from './deletions.svelte';
import { dismiss, notices, undo } from './notices.svelte';

/** Requests that reached the network, and how the next ones are answered. The client takes `fetch` when it is imported. */
const wire = vi.hoisted(() => {
  const net = { asked: [] as string[], answer: async () => new Response(null, { status: 204 }) };
  globalThis.fetch = (path, options) => {
    net.asked.push(`${options?.method} ${String(path)}${options?.keepalive ? ', and away' : ''}`);
    return net.answer();
  };
  return net;
});

const problem = (status: number, code: string) => async () =>
  new Response(JSON.stringify({ status, code, title: '' }), { status });
const done = async () => new Response(null, { status: 204 });
let things = 0;

/** Deletes something that was never deleted before. */
function begin(): string {
  things += 1;
  const key = `thing ${things}`;
  deleteSoon({ key, text: `Deleted ${key}`, path: `/things/${things}` });
  return key;
}
const request = (key: string) => `DELETE /api/v1/${key.replace('thing ', 'things/')}`;
const notice = () => notices.list[notices.list.length - 1]?.id ?? 0;

beforeEach(() => {
  vi.useFakeTimers();
  wire.answer = done;
  wire.asked = [];
});
afterEach(async () => {
  await deleteNow(false);
  for (const one of notices.list) dismiss(one.id);
  vi.useRealTimers();
});

it('is hidden at once, and asked for once its notice is over', async () => {
  const key = begin();
  expect(isDeleted(key)).toBe(true);
  expect(wire.asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(wire.asked).toEqual([request(key)]);
  expect(isDeleted(key)).toBe(true);
});

it('is asked for when the notice is closed', () => {
  const key = begin();
  dismiss(notice());
  expect(wire.asked).toEqual([request(key)]);
});

it('is there again when it is undone, and never asked for, not even by the next page', async () => {
  const key = begin();
  undo(notice());
  expect(isDeleted(key)).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  resumeDeletions('');
  expect(wire.asked).toEqual([]);
});

it('is asked for when the page is left, once, so that it outlives the page', async () => {
  const key = begin();
  window.dispatchEvent(new Event('pagehide'));
  expect(wire.asked).toEqual([`${request(key)}, and away`]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(wire.asked).toHaveLength(1);
});

it('is asked for again by the next page of the same person when that was not answered', async () => {
  const key = begin();
  wire.answer = () => Promise.reject(new TypeError('the page is gone'));
  window.dispatchEvent(new Event('pagehide'));
  await vi.advanceTimersByTimeAsync(10_000);
  wire.answer = problem(404, 'not_found');
  wire.asked = [];
  resumeDeletions('somebody else');
  expect(wire.asked).toEqual([]);
  resumeDeletions('');
  await vi.advanceTimersByTimeAsync(1);
  expect(wire.asked).toEqual([request(key)]);
  // The server has answered: that it is gone is what was wanted.
  resumeDeletions('');
  expect(wire.asked).toHaveLength(1);
  expect(notices.list).toEqual([]);
});

it('is asked for when other notices push its notice away', () => {
  const all = [begin(), begin(), begin(), begin()];
  expect(wire.asked).toEqual([request(all[0] ?? '')]);
});

it('is there again, with a word, when the server does not do it', async () => {
  wire.answer = problem(503, 'unavailable');
  const key = begin();
  await deleteNow(false);
  expect(isDeleted(key)).toBe(false);
  expect(notices.list.map((one) => one.text).join()).toContain('Not deleted');
});

it('stays hidden when another device was faster', async () => {
  wire.answer = problem(404, 'not_found');
  const key = begin();
  await deleteNow(false);
  expect(isDeleted(key)).toBe(true);
});
