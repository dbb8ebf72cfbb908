// Lists that are emptied: what was in them when that was pressed goes, what came since stays.
import type { CallRecord, UnrungCall } from '../../api/types';
import { deleteSoon, isDeleted } from '../../state/deletions.svelte';
import { words } from '../../words';

type List = 'calls' | 'unrung';

/** Up to when each list was emptied here, one time after the other; some may be undone. */
const emptied = $state<Record<List, number[]>>({ calls: [], unrung: [] });

const keyOf = (list: List, until: number) => `${list} until ${until}`;

function left<T extends { readonly at: number }>(list: List, all: readonly T[] | undefined): T[] | undefined {
  const gone = emptied[list].filter((until) => isDeleted(keyOf(list, until)));
  const until = Math.max(Number.NEGATIVE_INFINITY, ...gone);
  return all?.filter((one) => one.at > until);
}

function empty(list: List, shown: readonly { readonly at: number }[], text: string, path: string): void {
  const until = shown[0]?.at;
  if (until === undefined) return;
  emptied[list].push(until);
  deleteSoon({ key: keyOf(list, until), text, path: `${path}?until=${until}` });
}

/** The history without what was emptied. */
export const callsLeft = (all: readonly CallRecord[] | undefined) => left('calls', all);

/** The quiet list without what was emptied. */
export const unrungLeft = (all: readonly UnrungCall[] | undefined) => left('unrung', all);

/** Empties the whole history, whatever part of it is shown. `newest` first. */
export const removeAllCalls = (newest: readonly CallRecord[]) =>
  empty('calls', newest, words.calls.removedAll, '/calls');

/** Empties the quiet list. `newest` first. */
export const removeAllUnrung = (newest: readonly UnrungCall[]) =>
  empty('unrung', newest, words.calls.unrung.removedAll, '/calls/unrung');
