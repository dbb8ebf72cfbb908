// Which keys do what. The handler and the sheet that explains them read the same table.

/** What a key can do. */
export type Action =
  | 'next'
  | 'previous'
  | 'compose'
  | 'search'
  | 'messages'
  | 'calls'
  | 'people'
  | 'settings'
  | 'back'
  | 'help'
  | 'mute'
  | 'camera';

/** Where it does it. */
export type Place = 'app' | 'call';

/** An action with its keys. `Mod` is Command on a Mac and Control elsewhere; a space parts keys that follow each other. */
export interface Shortcut {
  readonly action: Action;
  readonly place: Place;
  readonly keys: readonly string[];
}

export const shortcuts: readonly Shortcut[] = [
  { action: 'next', place: 'app', keys: ['J', 'Alt+ArrowDown'] },
  { action: 'previous', place: 'app', keys: ['K', 'Alt+ArrowUp'] },
  { action: 'compose', place: 'app', keys: ['N', 'Mod+K'] },
  { action: 'search', place: 'app', keys: ['/'] },
  { action: 'messages', place: 'app', keys: ['G M'] },
  { action: 'calls', place: 'app', keys: ['G C'] },
  { action: 'people', place: 'app', keys: ['G P'] },
  { action: 'settings', place: 'app', keys: ['G S'] },
  { action: 'back', place: 'app', keys: ['Escape'] },
  { action: 'help', place: 'app', keys: ['?'] },
  { action: 'mute', place: 'call', keys: ['M', 'Mod+D'] },
  { action: 'camera', place: 'call', keys: ['V', 'Mod+E'] },
];

/** The keys of an action, for `aria-keyshortcuts`: the first of them. */
export const firstKey = (action: Action): string => shortcuts.find((one) => one.action === action)?.keys[0] ?? '';

/** How long the second of two keys may take, in milliseconds. Longer, and a `c` typed later would jump away. */
const FOLLOWS_WITHIN = 1_200;

/** A key as it was pressed. */
export interface Stroke {
  readonly key: string;
  /** Where it is on the keyboard, whatever is written on it. */
  readonly code: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

/** What is so when a key is pressed. */
export interface Situation {
  readonly mac: boolean;
  /** The focus is in a field for text, which holds some or none. */
  readonly typing: 'no' | 'empty' | 'text';
  /** Something lies over the page: a dialog, a menu, a ring. */
  readonly covered: boolean;
  readonly inCall: boolean;
  /** The focus is on the call screen. */
  readonly onStage: boolean;
}

/** The first of two keys, and when it was pressed. */
export interface Begun {
  readonly key: string;
  readonly at: number;
}

/** What a key does, and what it has begun. */
export interface Outcome {
  readonly action: Action | null;
  readonly begun: Begun | null;
}

const NOTHING: Outcome = { action: null, begun: null };

/** On a keyboard with other letters the key is known by its place, so that an Arabic keyboard has the same shortcuts. */
function nameOf({ key, code }: Stroke): string {
  if (key === '؟') return '?';
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined && key.length === 1) return letter;
  return key;
}

/** The key with its modifiers as the table writes it. */
function written(stroke: Stroke, mac: boolean): string {
  const mod = mac ? stroke.meta : stroke.ctrl;
  const other = mac ? stroke.ctrl : stroke.meta;
  const name = nameOf(stroke);
  const parts = [mod && 'Mod', other && 'Other', stroke.alt && 'Alt'].filter((part) => part !== false);
  // Shift is how a question mark is typed; with a letter it is another key.
  if (stroke.shift && /^[A-Z]$|^Arrow|^Escape$/.test(name)) parts.push('Shift');
  return [...parts, name].join('+');
}

/** Whether this key may act, where it was pressed. */
function mayAct(written: string, place: Place, situation: Situation): boolean {
  const { typing, covered, inCall, onStage } = situation;
  if (place === 'call') {
    if (!inCall) return false;
    // With a modifier it types nothing, and who writes meanwhile wants to be muted all the same.
    return written.startsWith('Mod+') || onStage;
  }
  if (covered || onStage) return false;
  if (written.startsWith('Mod+')) return true;
  // In an empty field these type nothing; in one with words they move about in them.
  if (written.startsWith('Alt+') || written === 'Escape') return typing !== 'text';
  return typing === 'no';
}

/** What a key does. */
export function press(stroke: Stroke, begun: Begun | null, now: number, situation: Situation): Outcome {
  const one = written(stroke, situation.mac);
  const follows = begun !== null && now - begun.at <= FOLLOWS_WITHIN;
  const tried = follows ? [`${begun.key} ${one}`, one] : [one];
  for (const keys of tried) {
    const found = shortcuts.find((it) => it.keys.includes(keys) && mayAct(one, it.place, situation));
    if (found) return { action: found.action, begun: null };
  }
  const begins = shortcuts.some((it) => it.place === 'app' && it.keys.some((keys) => keys.startsWith(`${one} `)));
  return begins && mayAct(one, 'app', situation) ? { action: null, begun: { key: one, at: now } } : NOTHING;
}

/** The marks of keys on a Mac; elsewhere their names are written out. */
const MAC: Record<string, string> = { Mod: '⌘', Alt: '⌥' };
const ELSEWHERE: Record<string, string> = { Mod: 'Ctrl', Alt: 'Alt' };
const SIGNS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };

/** What to draw for the keys of a shortcut: keys pressed together, in the order of presses. */
export function drawn(keys: string, mac: boolean): readonly (readonly string[])[] {
  const modifiers = mac ? MAC : ELSEWHERE;
  return keys.split(' ').map((one) => one.split('+').map((part) => modifiers[part] ?? SIGNS[part] ?? part));
}
