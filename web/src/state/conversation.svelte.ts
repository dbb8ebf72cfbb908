// One conversation: its head and its entries, newest page first, older ones upwards.
import * as api from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { Conversation, Entry, Profile, ServerFrame } from '../api/types';
import { send } from '../live/socket';
import { forgetPicture } from '../pictures/shelf';
import { navigate } from '../router.svelte';
import { changed, without } from './changes.pure';
import { firstUnread } from './entries.pure';
import { remember } from './people.svelte';
import { me } from './session.svelte';
import { type Window, withLive, withNewer, withOlder } from './window.pure';

/** Entries a page; a screen holds about fifteen. */
const PAGE = 50;

export class ConversationState {
  readonly handle: string;
  #head = $state.raw<Conversation>();
  #entries = $state.raw<Entry[]>();
  #more = $state(false);
  #newer = $state(false);
  /** The entry to show next, and to point out. */
  #target = $state<number>();
  #error = $state.raw<ApiError>();
  #older = $state<'idle' | 'loading' | 'failed'>('idle');
  #onward = $state<'idle' | 'loading' | 'failed'>('idle');
  /** Where the unread entries began when it was opened; stays put while it is read. */
  #marker = $state<number>();
  /** The newest entry told to the server as read. */
  #told = 0;
  /** Pages on their way, and what arrived meanwhile: a page may have been read before that, and must not undo it. */
  #loading = 0;
  #arrived: Entry[] = [];
  /** The newest page on its way, or the last that was. */
  #last: Promise<void> = Promise.resolve();
  #altered: Entry[] = [];
  /** What was deleted for oneself: a page that is on its way may still hold it. Places are never used again. */
  #gone = new Set<number>();
  /** Its end is on the screen: what arrives is read at once. */
  watched = false;

  constructor(handle: string) {
    this.handle = handle;
  }

  get head(): Conversation | undefined {
    return this.#head;
  }
  get entries(): Entry[] | undefined {
    return this.#entries;
  }
  get more(): boolean {
    return this.#more;
  }
  /** There are newer entries than those in memory. */
  get newer(): boolean {
    return this.#newer;
  }
  get onward(): 'idle' | 'loading' | 'failed' {
    return this.#onward;
  }
  /** The entry to go to, until {@link arrived}. */
  get target(): number | undefined {
    return this.#target;
  }
  get error(): ApiError | undefined {
    return this.#error;
  }
  get older(): 'idle' | 'loading' | 'failed' {
    return this.#older;
  }
  get marker(): number | undefined {
    return this.#marker;
  }

  /** Loads the head and the newest page. */
  load(): Promise<void> {
    this.#last = this.#load(false);
    return this.#last;
  }

  /** Loads what is not there and not on its way. */
  need(): void {
    if (!this.#entries && this.#loading === 0) void this.load();
  }

  /** `end`: whatever is unread, the newest page. */
  async #load(end: boolean): Promise<void> {
    this.#loading += 1;
    const middle = this.#newer ? this.#entries?.[this.#entries.length >> 1]?.seq : undefined;
    try {
      const [head, newest] = await Promise.all([
        api.getConversation(this.handle),
        middle === undefined
          ? api.getEntries(this.handle, undefined, PAGE)
          : api.getPage(this.handle, { around: middle }, 2 * PAGE),
      ]);
      let page = newest;
      this.#error = undefined;
      this.#take(head);
      // More is unread than a page holds: it opens where one has stopped reading.
      const first = page.entries[0];
      if (!end && !this.#entries && head.unread > 0 && page.more && first && first.seq > head.read + 1) {
        page = await api.getPage(this.handle, { around: head.read + 1 }, PAGE);
      }
      if (middle !== undefined || page.newer) {
        this.#put({ entries: page.entries, older: page.more, newer: page.newer });
        this.#put(withLive(this.#window, this.#arrived, false));
        this.#mark();
        return;
      }
      // Entries with a gap before the new page are dropped: paging goes on from the page.
      const reaches = this.#entries?.some((entry) => entry.seq === page.entries[0]?.seq) ?? false;
      if (reaches && this.#entries) {
        // What is not in the page any more was deleted while nothing was heard.
        const first = page.entries[0]?.seq ?? 0;
        const older = this.#entries.filter((entry) => entry.seq < first);
        this.#put(withNewer({ entries: older, older: this.#more, newer: false }, page.entries, false));
      } else {
        this.#put({ entries: page.entries, older: page.more, newer: false });
      }
      this.#put(withLive(this.#window, this.#arrived, true));
      this.#entries = this.#altered.reduce(changed, this.#entries ?? []);
      this.#mark();
    } catch (thrown) {
      this.#error = asApiError(thrown);
    } finally {
      this.#loading -= 1;
      this.#settle();
    }
  }

  /** Loads the head alone: who this is, and whether one may call. */
  async loadHead(): Promise<void> {
    try {
      this.#take(await api.getConversation(this.handle));
    } catch (thrown) {
      if (!this.#head) this.#error = asApiError(thrown);
    }
  }

  /** Puts in a profile that came as the answer to a change. */
  setProfile(profile: Profile): void {
    if (this.#head) this.#head = { ...this.#head, with: profile };
  }

  async loadOlder(): Promise<void> {
    const first = this.#entries?.[0];
    if (!first || !this.#more || this.#older === 'loading') return;
    this.#older = 'loading';
    try {
      const page = await api.getEntries(this.handle, first.seq, PAGE);
      this.#put(withOlder(this.#window, page.entries, page.more));
      this.#older = 'idle';
    } catch {
      this.#older = 'failed';
    }
  }

  async loadNewer(): Promise<void> {
    const last = this.#entries?.[this.#entries.length - 1];
    if (!last || !this.#newer || this.#onward === 'loading') return;
    this.#onward = 'loading';
    this.#loading += 1;
    try {
      const page = await api.getPage(this.handle, { after: last.seq }, PAGE);
      this.#put(withNewer(this.#window, page.entries, page.newer));
      if (!page.newer) this.#put(withLive(this.#window, this.#arrived, true));
      this.#onward = 'idle';
    } catch {
      this.#onward = 'failed';
    } finally {
      this.#loading -= 1;
      this.#settle();
    }
  }

  /** Goes to the end, however far it is. */
  async toNewest(): Promise<void> {
    if (!this.#newer) return;
    this.#newer = false;
    this.#entries = undefined;
    this.#last = this.#load(true);
    await this.#last;
  }

  /** Goes to an entry and points it out. */
  async show(seq: number): Promise<void> {
    // What is on its way, or sets out meanwhile, would take its place.
    for (let last: Promise<void> | undefined; last !== this.#last; await last) last = this.#last;
    const there = this.#entries?.some((entry) => entry.seq === seq) ?? false;
    if (!there) {
      this.#loading += 1;
      try {
        const page = await api.getPage(this.handle, { around: seq }, PAGE);
        this.#put({ entries: page.entries, older: page.more, newer: page.newer });
      } catch (thrown) {
        this.#error = asApiError(thrown);
        return;
      } finally {
        this.#loading -= 1;
        this.#settle();
      }
    }
    this.#target = seq;
  }

  /** The entry to go to is on the screen. */
  arrived(): void {
    this.#target = undefined;
  }

  /** Adds an entry that is known from elsewhere. */
  add(entry: Entry): void {
    if (this.#loading > 0) this.#arrived = [...this.#arrived, entry];
    if (this.#entries) this.#put(withLive(this.#window, [entry], this.watched));
  }

  /** An entry is not what it was. */
  change(entry: Entry): void {
    if (entry.body.type === 'deleted') forgetPicture(this.handle, entry.seq);
    if (this.#loading > 0) this.#altered = [...this.#altered, entry];
    if (this.#entries) this.#entries = changed(this.#entries, entry);
  }

  /** Follows the feed. */
  hear(frame: ServerFrame): void {
    if (frame.type === 'read' && frame.with === this.handle && this.#head) {
      this.#head = { ...this.#head, read: Math.max(frame.seq, this.#head.read), unread: frame.unread };
    }
    if (frame.type === 'seen' && frame.with === this.handle && this.#head) {
      this.#head = { ...this.#head, seen: { seq: frame.seq, at: frame.at } };
    }
    if (frame.type === 'entry_gone' && frame.with === this.handle) {
      this.#gone.add(frame.seq);
      forgetPicture(this.handle, frame.seq);
      if (this.#entries) this.#entries = without(this.#entries, frame.seq);
      if (this.#head) this.#head = { ...this.#head, unread: frame.unread };
    }
    if (frame.type === 'entry_changed' && frame.with === this.handle) {
      this.change(frame.entry);
      if (this.#head) this.#head = { ...this.#head, unread: frame.unread };
    }
    if (frame.type === 'entry' && frame.with === this.handle) {
      this.add(frame.entry);
      if (this.#head) this.#head = { ...this.#head, unread: frame.unread };
      // Their first message is what allows to call them (C-1).
      const theirs = frame.entry.from === this.handle && frame.entry.body.type === 'message';
      if (theirs && this.#head?.with.call === 'first_message_needed') void this.loadHead();
    }
  }

  /** Everything that is there was seen: tells the server, once. */
  seen(): void {
    const newest = this.#entries?.[this.#entries.length - 1];
    if (!newest || !this.#head || newest.seq <= Math.max(this.#told, this.#head.read)) return;
    if (send({ type: 'read', with: this.handle, seq: newest.seq })) this.#told = newest.seq;
  }

  /** Opened again: the marker goes to where the unread ones begin now. */
  reopen(): void {
    this.#marker = undefined;
    this.#told = 0;
    this.#mark();
  }

  /** Nothing is on its way any more, so nothing can undo what arrived. */
  #settle(): void {
    if (this.#loading > 0) return;
    this.#arrived = [];
    this.#altered = [];
  }

  get #window(): Window {
    return { entries: this.#entries ?? [], older: this.#more, newer: this.#newer };
  }

  #put(window: Window): void {
    this.#entries = this.#left(window.entries);
    this.#more = window.older;
    this.#newer = window.newer;
  }

  #left(entries: readonly Entry[]): Entry[] {
    return entries.filter((entry) => !this.#gone.has(entry.seq));
  }

  #take(head: Conversation): void {
    remember([head.with]);
    this.#head = head;
  }

  #mark(): void {
    if (this.#marker !== undefined || !this.#entries || !this.#head || this.#head.unread === 0) return;
    this.#marker = firstUnread(this.#entries, this.#head.read, me().handle);
  }
}

/** Conversations kept in memory, so that going back to one is instant. More cost memory, fewer cost requests. */
const KEPT = 12;
const kept = new Map<string, ConversationState>();

/** The conversation with a person: from memory, or about to be loaded. */
export function conversationWith(handle: string): ConversationState {
  const found = kept.get(handle);
  if (found) {
    kept.delete(handle);
    kept.set(handle, found);
    found.reopen();
    found.need();
    return found;
  }
  const made = new ConversationState(handle);
  kept.set(handle, made);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  void made.load();
  return made;
}

/** The entries of a conversation, as far as they are in memory. */
export const entriesOf = (handle: string): readonly Entry[] => kept.get(handle)?.entries ?? [];

/** Opens a conversation at one of its entries. */
export function openEntry(handle: string, seq: number): void {
  void conversationWith(handle).show(seq);
  navigate(`/messages/${handle}`);
}

/** An entry, as something to delete for oneself. */
export const entryKey = (handle: string, seq: number) => `entry ${handle} ${seq}`;

/** An entry, as something to delete for both. */
export const bothKey = (handle: string, seq: number) => `both ${handle} ${seq}`;

/** Whether what arrives there is read at once. */
export const isWatched = (handle: string): boolean => kept.get(handle)?.watched ?? false;

/** Hands a frame to every conversation in memory. */
export function hearInConversations(frame: ServerFrame): void {
  for (const one of kept.values()) one.hear(frame);
  if (frame.type !== 'changed') return;
  const heads = frame.what === 'people' || frame.what === 'address_book' || frame.what === 'me';
  for (const one of kept.values()) {
    if (heads) void one.loadHead();
    // A request was accepted, or deleted with all that was in it.
    else if (frame.what === 'requests' && one.head?.request) void one.load();
  }
}

/** Adds what an acknowledgement brought. */
export function addEntry(to: string, entry: Entry): void {
  kept.get(to)?.add(entry);
}

/** Puts in an entry that is not what it was. */
export function changeEntry(handle: string, entry: Entry): void {
  kept.get(handle)?.change(entry);
}

/** Loads everything in memory anew. */
export function reloadConversations(): void {
  for (const one of kept.values()) void one.load();
}
