// Makes and takes back an exception from who may call: one press, told, with a way back.
import * as api from '../../api/client';
import { asApiError } from '../../api/error';
import type { CallRule, Profile } from '../../api/types';
import { exceptions } from '../../state/lists.svelte';
import { toast } from '../../state/notices.svelte';
import { words } from '../../words';

/** Sets a rule, or none; `before` is what Undo brings back. Answers with the profile as it is then. */
export async function changeException(
  handle: string,
  rule: CallRule | undefined,
  before: CallRule | undefined,
  onundone?: (profile: Profile) => void,
): Promise<Profile | undefined> {
  try {
    const profile = await (rule ? api.setException(handle, rule) : api.removeException(handle));
    const undo = async () => {
      const again = await changeException(handle, before, rule);
      if (again) onundone?.(again);
    };
    const told = rule ? words.calling.set[rule](handle) : words.calling.unset(handle);
    toast(told, rule === before ? undefined : () => void undo());
    if (exceptions.data) void exceptions.load();
    return profile;
  } catch (thrown) {
    toast(words.app.errors[asApiError(thrown).code]);
    return undefined;
  }
}
