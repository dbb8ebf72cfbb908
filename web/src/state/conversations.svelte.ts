// The list of conversations.
import { getConversations } from '../api/client';
import type { ConversationSummary, ServerFrame } from '../api/types';
import { isWatched } from './conversation.svelte';
import { unreadOf, withEntry, withRead } from './conversations.pure';
import { person, remember } from './people.svelte';
import { Resource } from './resource.svelte';

export const conversations = new Resource<ConversationSummary[]>(async () => {
  const list = await getConversations();
  remember(list.map((one) => one.with));
  return list;
}, ['people']);

/** Conversations with something unread, for the navigation and the title. */
export function unreadConversations(): number {
  return unreadOf(conversations.data ?? []);
}

/** Follows the feed. */
export async function hearInList(frame: ServerFrame): Promise<void> {
  if (frame.type === 'read' && conversations.data) {
    conversations.set(withRead(conversations.data, frame.with, frame.unread));
  }
  if (frame.type !== 'entry') return;
  // Asked before the list is read: somebody new has no name here yet, and the list may change meanwhile.
  const who = await person(frame.with).catch(() => ({ handle: frame.with, name: frame.with, verified: false }));
  // What is read as it arrives is not shown as unread in between.
  const unread = isWatched(frame.with) ? 0 : frame.unread;
  if (conversations.data) conversations.set(withEntry(conversations.data, who, frame.entry, unread));
  else void conversations.load();
}
