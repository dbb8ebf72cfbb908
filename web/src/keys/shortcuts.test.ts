import { describe, expect, it } from 'vitest';
import { words } from '../words';
import { type Action, type Begun, drawn, press, type Situation, type Stroke, shortcuts } from './shortcuts.pure';

const page: Situation = { mac: false, typing: 'no', covered: false, inCall: false, onStage: false };
const key = (key: string, more: Partial<Stroke> = {}): Stroke => ({
  key,
  code: '',
  ctrl: false,
  meta: false,
  alt: false,
  shift: false,
  ...more,
});
const acts = (stroke: Stroke, situation: Partial<Situation> = {}, begun: Begun | null = null, now = 0) =>
  press(stroke, begun, now, { ...page, ...situation }).action;

describe('a key', () => {
  it.each<[Stroke, Action]>([
    [key('j'), 'next'],
    [key('ArrowUp', { alt: true }), 'previous'],
    [key('k', { ctrl: true }), 'compose'],
    [key('?', { shift: true }), 'help'],
    [key('Escape'), 'back'],
    [key('/'), 'search'],
  ])('%j does what the sheet says: %s', (stroke, action) => {
    expect(acts(stroke)).toBe(action);
  });

  it('is known by its place where other letters are written on it', () => {
    expect(acts(key('ت', { code: 'KeyJ' }))).toBe('next');
    expect(acts(key('؟', { code: 'Slash', shift: true }))).toBe('help');
    // Another layout has its letters elsewhere; then the letter counts.
    expect(acts(key('j', { code: 'KeyC' }))).toBe('next');
  });

  it('does nothing with a modifier that the table does not name', () => {
    for (const more of [{ ctrl: true }, { meta: true }, { alt: true }, { shift: true }]) {
      expect(acts(key('j', more))).toBeNull();
    }
    expect(acts(key('k', { meta: true }))).toBeNull();
    expect(acts(key('k', { meta: true }), { mac: true })).toBe('compose');
    expect(acts(key('k', { ctrl: true }), { mac: true })).toBeNull();
  });

  it('is typed where somebody types', () => {
    for (const { keys } of shortcuts) {
      for (const one of keys.filter((it) => /^.( .)?$/.test(it))) {
        for (const typing of ['empty', 'text'] as const) {
          for (const part of one.split(' ')) expect(acts(key(part), { typing, inCall: true }), one).toBeNull();
        }
      }
    }
    expect(acts(key('Escape'), { typing: 'text' })).toBeNull();
    expect(acts(key('Escape'), { typing: 'empty' })).toBe('back');
    expect(acts(key('ArrowDown', { alt: true }), { typing: 'text' })).toBeNull();
    expect(acts(key('k', { ctrl: true }), { typing: 'text' })).toBe('compose');
  });

  it('leaves the page alone under what covers it', () => {
    for (const stroke of [key('j'), key('Escape'), key('k', { ctrl: true }), key('?', { shift: true })]) {
      expect(acts(stroke, { covered: true })).toBeNull();
      expect(acts(stroke, { onStage: true, inCall: true })).toBeNull();
    }
  });

  it('mutes in a call only, plain on the call screen and with a modifier everywhere', () => {
    const mod = key('d', { ctrl: true });
    expect(acts(mod)).toBeNull();
    expect(acts(mod, { inCall: true, typing: 'text' })).toBe('mute');
    expect(acts(key('m'), { inCall: true })).toBeNull();
    expect(acts(key('m'), { inCall: true, onStage: true })).toBe('mute');
    expect(acts(key('v'), { inCall: true, onStage: true })).toBe('camera');
  });
});

describe('two keys', () => {
  it('lead to an area when they follow each other', () => {
    const { begun } = press(key('g'), null, 1_000, page);
    expect(begun).toEqual({ key: 'G', at: 1_000 });
    expect(acts(key('c'), {}, begun, 1_500)).toBe('calls');
    expect(acts(key('c'), {}, begun, 9_000)).toBeNull();
    // What does not follow counts for itself.
    expect(acts(key('j'), {}, begun, 1_500)).toBe('next');
  });
});

describe('the sheet', () => {
  it('has words for every action, and names no key twice in one place', () => {
    for (const { action } of shortcuts) expect(words.shortcuts.actions[action]).not.toBe('');
    const all = shortcuts.flatMap(({ keys }) => keys);
    expect(new Set(all).size).toBe(all.length);
  });

  it('draws keys as they are on the keyboard', () => {
    expect(drawn('Mod+K', true)).toEqual([['⌘', 'K']]);
    expect(drawn('Mod+K', false)).toEqual([['Ctrl', 'K']]);
    expect(drawn('Alt+ArrowDown', true)).toEqual([['⌥', '↓']]);
    expect(drawn('G M', false)).toEqual([['G'], ['M']]);
    expect(drawn('Escape', false)).toEqual([['Esc']]);
  });
});
