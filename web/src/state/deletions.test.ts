// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../api/error';
import { deleteNow, deleteSoon, isDeleted } from './deletions.svelte';
import { dismiss, notices, undo } from './notices.svelte';

let asked: string[] = [];
let keys = 0;

/** Deletes something that was never deleted before. */
function begin(ask: () => Promise<unknown> = async () => undefined): string {
  keys += 1;
  const key = `thing ${keys}`;
  deleteSoon({
    key,
    text: `Deleted ${key}`,
    ask: (keepalive) => {
      asked.push(keepalive ? `${key}, and away` : key);
      return ask();
    },
  });
  return key;
}
const notice = () => notices.list[notices.list.length - 1]?.id ?? 0;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => {
  for (const one of notices.list) dismiss(one.id);
  vi.useRealTimers();
});

it('is hidden at once, and asked for once its notice is over', async () => {
  const key = begin();
  expect(isDeleted(key)).toBe(true);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([key]);
  expect(isDeleted(key)).toBe(true);
});

it('is asked for when the notice is closed', () => {
  const key = begin();
  dismiss(notice());
  expect(asked).toEqual([key]);
});

it('is there again when it is undone, and never asked for', async () => {
  const key = begin();
  undo(notice());
  expect(isDeleted(key)).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
});

it('is asked for when the page is left, once, so that it outlives the page', async () => {
  const key = begin();
  window.dispatchEvent(new Event('pagehide'));
  expect(asked).toEqual([`${key}, and away`]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(1);
});

it('is asked for when other notices push its notice away', () => {
  const all = [begin(), begin(), begin(), begin()];
  expect(asked).toEqual([all[0]]);
});

it('is there again, with a word, when the server does not do it', async () => {
  const key = begin(() => Promise.reject(new ApiError('unreachable', 'no line')));
  await deleteNow(false);
  expect(isDeleted(key)).toBe(false);
  expect(notices.list.map((one) => one.text).join()).toContain('Not deleted');
});

it('stays hidden when another device was faster', async () => {
  const key = begin(() => Promise.reject(new ApiError('not_found', 'gone')));
  await deleteNow(false);
  expect(isDeleted(key)).toBe(true);
});
