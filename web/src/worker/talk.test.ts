import { expect, it } from 'vitest';
import { readPressed, readToPage, readToWorker } from './talk.pure';

it('understands what the other side says, and nothing else', () => {
  expect(readToWorker({ type: 'rings_no_more', call: '018f' })).toEqual({ type: 'rings_no_more', call: '018f' });
  expect(readToWorker({ type: 'what_was_pressed', more: 1 })).toEqual({ type: 'what_was_pressed' });
  expect(readToWorker({ type: 'speaks', language: 'en' })).toEqual({ type: 'speaks', language: 'en' });
  const gone = { type: 'message_gone', handle: 'ann', seq: 7 };
  expect(readToWorker(gone)).toEqual(gone);
  expect(readToPage({ type: 'pressed' })).toEqual({ type: 'pressed' });
  for (const odd of [
    null,
    'opened',
    {},
    { type: 'read' },
    { type: 'message_gone', handle: 'ann' },
    { type: 'rings_no_more', call: 1 },
    { type: 'accept' },
    { type: 'speaks', language: 'xx' },
  ]) {
    expect(readToWorker(odd)).toBeUndefined();
    expect(readToPage(odd)).toBeUndefined();
  }
});

it('leads to pages of the app only', () => {
  expect(readToPage({ type: 'go', path: '/messages/ann' })).toEqual({ type: 'go', path: '/messages/ann' });
  for (const path of ['//evil.example', 'https://evil.example', 'javascript:alert(1)', '/', 7]) {
    expect(readToPage({ type: 'go', path })).toBeUndefined();
  }
});

it('a press names a call and who called', () => {
  expect(readPressed({ call: '018f', caller: 'ann' })).toEqual({ call: '018f', caller: 'ann' });
  expect(readPressed(undefined)).toBeUndefined();
  expect(readPressed({ call: '018f' })).toBeUndefined();
});
