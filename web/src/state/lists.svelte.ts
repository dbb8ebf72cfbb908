// What the server keeps for one person, each loaded when first shown.
import * as api from '../api/client';
import type {
  Account,
  Ask,
  BookEntry,
  CallException,
  CallFilter,
  CallPage,
  Device,
  Person,
  Profile,
  Report,
  ServerFacts,
  UnrungCall,
  WaysIn,
} from '../api/types';
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
export const addressBook = new Resource<BookEntry[]>(
  async () => {
    const book = await api.getAddressBook();
    remember(book.flatMap((entry) => entry.person ?? []));
    return book;
  },
  // Also when somebody they follow or block changes: what is shown of a person does.
  ['address_book', 'people'],
);
/** Those of the address book who are here, by handle. */
export const bookPeople = new Resource<Person[]>(async () => {
  const book = await api.getAddressBook();
  const all = new Map(book.flatMap(({ person }) => (person ? [[person.handle, person]] : [])));
  return people(Promise.resolve([...all.values()].toSorted((a, b) => (a.handle < b.handle ? -1 : 1))));
}, ['address_book', 'people']);
export const exceptions = new Resource<CallException[]>(async () => {
  const all = await api.getExceptions();
  remember(all.map((exception) => exception.person));
  return all;
}, ['me', 'people']);
export const asks = new Resource<Ask[]>(async () => {
  const all = await api.getAsks();
  remember(all.map((ask) => ask.from));
  return all;
}, ['asks', 'people']);
export const devices = new Resource<Device[]>(api.getDevices, ['devices']);
export const unrung = new Resource<UnrungCall[]>(api.getUnrungCalls, ['calls']);
export const serverFacts = new Resource<ServerFacts>(api.getServer);
export const account = new Resource<Account>(api.getAccount, ['me']);
export const waysIn = new Resource<WaysIn>(api.getWaysIn, ['me']);
export const reports = new Resource<Report[]>(api.getReports, ['me']);
export const letThrough = new Resource<Person[]>(() => people(api.getLetThrough()), ['me', 'people']);

/** What of the history is shown. */
export type CallsShown = 'all' | CallFilter;

function history(only: CallFilter | undefined): Resource<CallPage> {
  const list: Resource<CallPage> = new Resource<CallPage>(async () => {
    const newest = await api.getCalls(only);
    remember(newest.calls.map((call) => call.with));
    return refreshed(list.data, newest);
  }, ['calls']);
  return list;
}

/** The history of calls, whole and in parts. */
export const calls: Record<CallsShown, Resource<CallPage>> = {
  all: history(undefined),
  missed: history('missed'),
  incoming: history('incoming'),
  outgoing: history('outgoing'),
};

/** A call of the history, as something to delete. */
export const callKey = (call: string) => `call ${call}`;

/** A call that did not ring, as something to delete. */
export const unrungKey = (call: string) => `unrung ${call}`;

/** A profile, kept fresh while it is shown. */
export function profileOf(handle: string): Resource<Profile> {
  return new Resource<Profile>(async () => {
    const profile = await api.getProfile(handle);
    remember([profile]);
    return profile;
  }, ['people', 'address_book', 'me']);
}
