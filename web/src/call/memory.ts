// What a reload of this tab must not forget (C-19). It is the tab's own, and gone with it.

import type { Way } from './path.pure';
import type { Remembered } from './state.pure';

const KEY = 'birdcall-call';
const WAYS: readonly Way[] = ['unknown', 'direct', 'relay', 'moved', 'told'];

/** What was remembered before the reload. */
export function recall(): Remembered | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const call: unknown = Reflect.get(value, 'call');
    if (typeof call !== 'string') return null;
    return {
      call,
      muted: Reflect.get(value, 'muted') === true,
      camera: Reflect.get(value, 'camera') === true,
      way: WAYS.find((way) => way === Reflect.get(value, 'way')) ?? 'unknown',
    };
  } catch {
    return null;
  }
}

/** Remembers, or forgets. */
export function remember(value: Remembered | null): void {
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage a reload ends the call after a minute.
  }
}
