import { describe, expect, it } from 'vitest';
import { answerTo, mayTakeOver, outdated, shelfOf } from './shelf.pure';

const HERE = 'https://call.example';
const files = ['/', '/mark.svg', '/assets/index-1.js'];
const asked = (path: string, { method = 'GET', mode = 'cors', origin = HERE } = {}) =>
  answerTo({ method, mode, origin, path }, HERE, files);

describe('what the worker answers', () => {
  it('keeps out of the API, of changes and of other hosts', () => {
    expect(asked('/api/v1/me')).toBe('pass');
    expect(asked('/api/v1/openapi.json', { mode: 'navigate' })).toBe('pass');
    expect(asked('/messages', { method: 'POST', mode: 'navigate' })).toBe('pass');
    expect(asked('/assets/index-1.js', { origin: 'https://elsewhere.example' })).toBe('pass');
  });

  it('has every page, and files whose name holds their hash, also those of another version', () => {
    expect(asked('/messages/ann', { mode: 'navigate' })).toBe('page');
    expect(asked('/assets/index-1.js')).toBe('kept');
    expect(asked('/assets/index-0.js')).toBe('kept');
  });

  it('asks for files that may change, and has those it knows for when there is no answer', () => {
    expect(asked('/mark.svg')).toBe('fresh');
    expect(asked('/sw.js')).toBe('pass');
  });
});

describe('what is kept', () => {
  it('is this version and the one before', () => {
    const shelves = ['a', 'b', 'c'].map(shelfOf);
    expect(outdated(shelves, 'c')).toEqual([shelfOf('a')]);
    expect(outdated([shelfOf('c')], 'c')).toEqual([]);
  });

  it('is nothing of other owners', () => {
    expect(outdated(['another', shelfOf('b'), shelfOf('c')], 'c')).toEqual([]);
  });
});

it('does not take over while a page is in a call', () => {
  expect(mayTakeOver([])).toBe(true);
  expect(mayTakeOver(['other'])).toBe(true);
  expect(mayTakeOver(['other', 'birdcall-call-9f'])).toBe(false);
});
