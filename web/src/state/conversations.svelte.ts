// The list of conversations.
import { getConversations } from '../api/client';
import type { ConversationSummary, ServerFrame } from '../api/types';
import { isWatched } from './conversation.svelte';
import { unreadOf, withChange, withEntry, withPerson, withRead } from './conversations.pure';
import { person, personNow, remember } from './people.svelte';
import { requests } from './requests.svelte';
import { Resource } from './resource.svelte';

export const conversations = new Resource<ConversationSummary[]>(async () => {
  const list = await getConversations();
  remember(list.map((one) => one.with));
  return list;
}, ['people', 'requests']);

/** Conversations with something unread, for the navigation and the title. */
export function unreadConversations(): number {
  return unreadOf(conversations.data ?? []);
}

/** Follows the feed. */
export function hearInList(frame: ServerFrame): void {
  if (frame.type === 'read') conversations.change((list) => withRead(list, frame.with, frame.unread));
  if (frame.type === 'entry_changed') {
    conversations.change((list) => withChange(list, frame.with, frame.entry, frame.unread));
  }
  if (frame.type === 'entry_gone') {
    conversations.change((list) => withRead(list, frame.with, frame.unread));
    // The list shows the last entry that is left, which may be one that was never loaded here.
    if (conversations.data?.some((one) => one.with.handle === frame.with && one.last.seq <= frame.seq)) {
      void conversations.load();
    }
  }
  // M-4: a message request stands in its own list, and counts as unread nowhere else.
  if (frame.type === 'entry' && frame.request) void requests.load();
  if (frame.type !== 'entry' || frame.request) return;
  const { with: handle, entry } = frame;
  // What is read as it arrives is not shown as unread in between.
  const unread = isWatched(handle) ? 0 : frame.unread;
  conversations.change((list) => withEntry(list, personNow(handle), entry, unread));
  conversations.need();
  // Somebody new has no name here yet. Frames that follow do not wait for it, or they would be undone.
  void person(handle).then(
    (who) => conversations.change((list) => withPerson(list, who)),
    () => undefined,
  );
}
