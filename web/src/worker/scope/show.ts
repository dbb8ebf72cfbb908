// Shows and takes away notifications.

import { tongues } from '../../words/languages.pure';
import { type NoteWords, noteWords } from '../../words/notes.pure';
import { type Meaning, meaningOf, type Note } from '../notes.pure';
import { alwaysShows } from '../ring.pure';
import { spoken } from './language';
import { scope } from './scope';

const ICON = '/icons/icon-192.png';
const BADGE = '/icons/badge-96.png';

/** Whether this system wants each push to show something. */
export const mustShow = alwaysShows(navigator.userAgent);

/** Shows a notification in the language of the app; one with the same tag takes its place. */
export async function show(note: (words: NoteWords) => Note): Promise<void> {
  const lang = await spoken();
  const { title, options } = note(noteWords[lang]);
  const { actions, ...rest } = options;
  // Some systems have no actions, and type checkers do not know of those that have.
  const most = (Notification as { readonly maxActions?: number }).maxActions ?? 0;
  const { dir } = tongues[lang];
  const more = { icon: ICON, badge: BADGE, lang, dir, timestamp: Date.now() };
  const all = { ...rest, ...more, actions: actions.slice(0, most) };
  await scope.registration.showNotification(title, all);
}

/** What is shown now under a tag. */
export async function shown(tag: string): Promise<Meaning | undefined> {
  const [notification] = await scope.registration.getNotifications({ tag });
  return meaningOf(notification?.data);
}

/** Takes away what fits. */
export async function withdraw(fits: (meaning: Meaning) => boolean): Promise<void> {
  for (const notification of await scope.registration.getNotifications()) {
    const meaning = meaningOf(notification.data);
    if (meaning && fits(meaning)) notification.close();
  }
}

/** Puts a number on the app's icon. */
export async function badge(count: number): Promise<void> {
  if (!('setAppBadge' in navigator)) return;
  await navigator.setAppBadge(count).catch(() => undefined);
}
