// Emoji under an entry, with what one wants oneself and the server has not said yet.
import type { Reaction } from '../api/types';

/** One's own emoji. */
export const ownOf = (reactions: readonly Reaction[], me: string): string | undefined =>
  reactions.find((one) => one.by.includes(me))?.emoji;

/** The reactions as they are once one has what one wants; `undefined` takes one's own back. */
export function wished(reactions: readonly Reaction[], me: string, emoji: string | undefined): Reaction[] {
  if (ownOf(reactions, me) === emoji) return [...reactions];
  const others = reactions
    .map((one) => ({ ...one, by: one.by.filter((who) => who !== me) }))
    .filter((one) => one.by.length > 0);
  if (emoji === undefined) return others;
  if (others.some((one) => one.emoji === emoji)) {
    return others.map((one) => (one.emoji === emoji ? { ...one, by: [...one.by, me] } : one));
  }
  return [...others, { emoji, by: [me] }];
}
