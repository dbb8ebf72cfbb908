// Follow, address book, block, break through: each is one press, told with a notice, and most with a way back.
import * as api from '../../api/client';
import { asApiError } from '../../api/error';
import type { Profile } from '../../api/types';
import { addressBook, blocked, bookPeople, following } from '../../state/lists.svelte';
import { toast } from '../../state/notices.svelte';
import { words } from '../../words';

/** What can change between oneself and another person. */
export type Tie = 'follow' | 'unfollow' | 'add' | 'drop' | 'block' | 'unblock' | 'let_through' | 'keep_out';

const requests: Record<Tie, (handle: string) => Promise<Profile>> = {
  follow: api.follow,
  unfollow: api.unfollow,
  add: api.addToAddressBook,
  drop: api.dropFromAddressBook,
  block: api.block,
  unblock: api.unblock,
  let_through: api.letThrough,
  keep_out: api.keepOut,
};

const told: Record<Tie, (handle: string) => string> = {
  follow: words.people.followed,
  unfollow: words.people.unfollowed,
  add: words.people.added,
  drop: words.people.dropped,
  block: words.people.blocked,
  unblock: words.people.unblocked,
  let_through: words.quiet.added,
  keep_out: words.quiet.removed,
};

/** What undoes it with one press. */
const undone: Partial<Record<Tie, Tie>> = {
  unfollow: 'follow',
  drop: 'add',
  block: 'unblock',
  keep_out: 'let_through',
};

/** Changes a tie and tells so; answers with the profile as it is then, or with nothing when it failed. */
export async function changeTie(
  tie: Tie,
  handle: string,
  onundone?: (profile: Profile) => void,
): Promise<Profile | undefined> {
  try {
    const profile = await requests[tie](handle);
    const back = undone[tie];
    const undo =
      back && onundone
        ? async () => {
            const again = await changeTie(back, handle);
            if (again) onundone(again);
          }
        : undefined;
    toast(told[tie](handle), undo);
    for (const list of [following, addressBook, bookPeople, blocked]) if (list.data) void list.load();
    return profile;
  } catch (thrown) {
    toast(words.app.errors[asApiError(thrown).code]);
    return undefined;
  }
}
