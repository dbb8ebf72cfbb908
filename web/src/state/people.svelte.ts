// Names, badges and pictures by handle. Frames speak of handles alone; whoever draws one asks here.
import { SvelteMap } from 'svelte/reactivity';
import { getProfile } from '../api/client';
import type { Person } from '../api/types';

const known = new SvelteMap<string, Person>();
const asked = new Map<string, Promise<Person>>();

/** Takes note of people who came with some answer. */
export function remember(people: readonly Person[]): void {
  for (const { handle, name, verified, avatar } of people) {
    const old = known.get(handle);
    if (old?.name === name && old.verified === verified && old.avatar === avatar) continue;
    known.set(handle, { handle, name, verified, ...(avatar ? { avatar } : {}) });
  }
}

/** A person, from memory or from the server. */
export function person(handle: string): Promise<Person> {
  const found = known.get(handle);
  if (found) return Promise.resolve(found);
  let asking = asked.get(handle);
  if (!asking) {
    asking = getProfile(handle)
      .then((profile) => {
        remember([profile]);
        return profile;
      })
      .finally(() => asked.delete(handle));
    asked.set(handle, asking);
  }
  return asking;
}

/** A person as far as known now: the handle stands in for the name until it is. */
export function personNow(handle: string): Person {
  return known.get(handle) ?? { handle, name: handle, verified: false };
}
