// A press on a notification. What it means for a call the page does; the worker only remembers which one was pressed, and
// says it to a page of ours that asks. No address of a page can say it (C-11).
import { type Meaning, pageOf } from '../notes.pure';
import { stillMeant } from '../ring.pure';
import type { Pressed, ToPage } from '../talk.pure';
import { keep, take } from './memory';
import { decline } from './rings';
import { scope } from './scope';
import { sayTest } from './server';

const PRESSED = 'pressed';

/** Somebody pressed a notification, or one of its actions. */
export async function press(meaning: Meaning, action: string): Promise<void> {
  if (meaning.type === 'ring') {
    if (action === 'decline') return decline(meaning);
    const { call, caller } = meaning;
    await keep(PRESSED, { call, caller } satisfies Pressed);
  }
  if (meaning.type === 'test') void sayTest(meaning.test, 'opened');
  await openApp(pageOf(meaning), meaning.type === 'ring');
}

/** The ring that was pressed, once and for a minute. */
export async function whatWasPressed(): Promise<Pressed | undefined> {
  const fact = await take(PRESSED);
  return fact && stillMeant(fact.at, Date.now()) ? (fact.value as Pressed) : undefined;
}

/** Brings a window of the app to the front, or opens one. */
async function openApp(path: string, pressed: boolean): Promise<void> {
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const best = windows.find((one) => one.focused) ?? windows.find((one) => one.visibilityState === 'visible');
  const client = best ?? windows[0];
  if (!client) {
    await scope.clients.openWindow(path);
    return;
  }
  const say = (message: ToPage) => client.postMessage(message);
  say({ type: 'go', path });
  if (pressed) say({ type: 'pressed' });
  // Browsers allow it for a moment after a press only; the page has heard of it all the same.
  await client.focus().catch(() => undefined);
}
