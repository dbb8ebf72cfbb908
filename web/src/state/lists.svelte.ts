// What the server keeps for one person, each loaded when first shown.
import * as api from '../api/client';
import type { CallPage, Device, Person, Profile, UnrungCall } from '../api/types';
import { refreshed } from './call-pages.pure';
import { remember } from './people.svelte';
import { Resource } from './resource.svelte';

async function people(list: Promise<Person[]>): Promise<Person[]> {
  const found = await list;
  remember(found);
  return found;
}

export const following = new Resource<Person[]>(() => people(api.getFollowing()), ['people']);
export const blocked = new Resource<Person[]>(() => people(api.getBlocked()), ['people']);
export const addressBook = new Resource<Person[]>(() => people(api.getAddressBook()), ['address_book']);
export const letThrough = new Resource<Person[]>(() => people(api.getLetThrough()), ['me', 'people']);
export const devices = new Resource<Device[]>(api.getDevices, ['devices']);
export const unrung = new Resource<UnrungCall[]>(api.getUnrungCalls, ['calls']);
export const calls: Resource<CallPage> = new Resource<CallPage>(async () => {
  const newest = await api.getCalls();
  remember(newest.calls.map((call) => call.with));
  return refreshed(calls.data, newest);
}, ['calls']);

/** A profile, kept fresh while it is shown. */
export function profileOf(handle: string): Resource<Profile> {
  return new Resource<Profile>(async () => {
    const profile = await api.getProfile(handle);
    remember([profile]);
    return profile;
  }, ['people', 'address_book', 'me']);
}
