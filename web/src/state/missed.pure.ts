// Which missed calls are news: the mark at Calls in the navigation.
import type { CallRecord, ConversationSummary } from '../api/types';

/**
 * Missed calls that nobody has seen: newer than the last look at the history on this device, and with something unread
 * in the conversation, so that whoever has read it on any device sees no mark on the others either.
 */
export function unseenMissed(
  calls: readonly CallRecord[],
  conversations: readonly ConversationSummary[],
  seen: number,
): number {
  const unread = new Set(conversations.filter((one) => one.unread > 0).map((one) => one.with.handle));
  return calls.filter((call) => call.at > seen && unread.has(call.with.handle)).length;
}
