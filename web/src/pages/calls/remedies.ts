// Performs a remedy, says what is so then, and takes it back on Undo.
import * as api from '../../api/client';
import { asApiError } from '../../api/error';
import { callingSettings } from '../../state/calling.svelte';
import { blocked, bookPeople, exceptions, following, letThrough } from '../../state/lists.svelte';
import { toast } from '../../state/notices.svelte';
import { words } from '../../words';
import type { Remedy } from './remedy.pure';

const text = words.calls.unrung;

/** What the button of a remedy says. */
export function remedyWords(remedy: Remedy, handle: string): string {
  if (remedy.type !== 'allow') return text.remedies[remedy.type](handle);
  return remedy.add ? text.remedies.allowAdded(handle) : text.remedies.allow(remedy.box);
}

/** Performs it. `rings`: the caller's next call will ring then. */
export async function remedy(chosen: Remedy, handle: string, rings: boolean): Promise<void> {
  try {
    const back = await perform(chosen, handle);
    await refresh();
    const done = chosen.type === 'allow' ? text.done.allow(chosen.box) : text.done[chosen.type](handle);
    toast(rings ? text.rings(handle) : done, () => void takeBack(back));
  } catch (thrown) {
    toast(words.app.errors[asApiError(thrown).code]);
  }
}

/** Does it; answers with how to undo it. */
async function perform(chosen: Remedy, handle: string): Promise<() => Promise<unknown>> {
  switch (chosen.type) {
    case 'unblock':
      await api.unblock(handle);
      return () => api.block(handle);
    case 'add':
      await api.addToAddressBook(handle);
      return () => api.dropFromAddressBook(handle);
    case 'follow':
      await api.follow(handle);
      return () => api.unfollow(handle);
    case 'lift':
      await api.removeException(handle);
      return () => api.setException(handle, 'never');
    case 'let_through':
      await api.letThrough(handle);
      return () => api.keepOut(handle);
    case 'switch_on':
      await want({ enabled: true });
      return () => want({ enabled: false });
    case 'allow': {
      const { box, add } = chosen;
      if (add) await api.addToAddressBook(handle);
      await want({ audience: { ...callingSettings.calling.audience, [box]: true } });
      return async () => {
        await want({ audience: { ...callingSettings.calling.audience, [box]: false } });
        if (add) await api.dropFromAddressBook(handle);
      };
    }
  }
}

async function want(change: Parameters<typeof callingSettings.want>[0]): Promise<void> {
  await callingSettings.want(change);
  if (callingSettings.error) throw callingSettings.error;
}

async function takeBack(back: () => Promise<unknown>): Promise<void> {
  try {
    await back();
    await refresh();
  } catch (thrown) {
    toast(words.app.errors[asApiError(thrown).code]);
  }
}

/** The lists that say how one stands to callers. */
const lists = [bookPeople, following, blocked, letThrough, exceptions];

/** Loads them; those on the screen elsewhere are the same. */
export async function refresh(): Promise<void> {
  await Promise.all(lists.map((list) => list.load()));
}

/** No longer shown. */
export function forget(): void {
  for (const list of lists) list.forget();
}
