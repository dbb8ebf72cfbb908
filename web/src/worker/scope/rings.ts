// A ring that a push brought, from its first sound to its end.
import type { PushEvent } from '../../api/types';
import { missedNote, notDeclinedNote, ringNote, stoppedNote } from '../notes.pure';
import { AFTER_DEADLINE, pause, verdict } from '../ring.pure';
import { keep, recall } from './memory';
import { askCall, decline as declineThere, nameOf, sayRinging, serverNow } from './server';
import { mustShow, show, shown, withdraw } from './show';

type Told<T extends PushEvent['type']> = Extract<PushEvent, { type: T }>;

/** A call that rang. */
export type Call = Pick<Told<'ring'>, 'call' | 'caller' | 'kind'>;

/** A ring that this life of the worker has in hand. */
interface Live {
  over: boolean;
  /** Ends its pause. */
  wake: () => void;
}

const rings = new Map<string, Live>();
/** Calls whose miss was told by this life of the worker. */
const told = new Set<string>();

const overKey = (call: string) => `over ${call}`;
const missedKey = (call: string) => `missed ${call}`;

/** Rings, unless it is too late for that (C-14), until it is over or pressed. */
export async function ring(push: Told<'ring'>): Promise<void> {
  const { call } = push;
  if (rings.has(call)) return;
  const live: Live = { over: false, wake: () => undefined };
  rings.set(call, live);
  try {
    await begin(push, live);
  } finally {
    rings.delete(call);
  }
}

async function begin(push: Told<'ring'>, live: Live): Promise<void> {
  const { call, caller, deadline } = push;
  const [word, name, over] = await Promise.all([askCall(call), nameOf(caller), recall(overKey(call))]);
  // The word that it is over may overtake the ring.
  const known = live.over || (over !== undefined && word === 'silence');
  const worth = known ? 'quiet' : verdict(deadline, word, serverNow());
  if (worth === 'missed') return tellMissed(push);
  if (worth === 'quiet') return mustShow ? show((words) => stoppedNote(words, call, null)) : undefined;
  await sound(push, name, live);
  void sayRinging(call);
  if (await soundOn(push, name, live)) await atDeadline(push);
}

/** One sound. What stops it may come while the browser is still at showing it. */
async function sound(push: Told<'ring'>, name: string, live: Live): Promise<void> {
  await show((words) => ringNote(words, push, name));
  if (live.over) await withdrawRing(push.call);
}

/** Sounds again and again while the notification is there. True at the deadline, if nothing was heard until then. */
async function soundOn(push: Told<'ring'>, name: string, live: Live): Promise<boolean> {
  const { call, deadline } = push;
  while (!live.over) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause(deadline, serverNow()));
      live.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    // Pressed, swiped away or withdrawn: what is not there any more does not come back.
    if (live.over || (await shown(call))?.type !== 'ring') return false;
    if (serverNow() >= deadline) return true;
    // Where every ring stacks up instead of taking the place of the one before, one sound is enough.
    if (!mustShow) await sound(push, name, live);
  }
  return false;
}

/** Nobody said how it ended: tells what the server knows, or what the clock knows. */
async function atDeadline(push: Told<'ring'>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, AFTER_DEADLINE));
  const { call, deadline } = push;
  if ((await shown(call))?.type !== 'ring') return;
  const worth = verdict(deadline, await askCall(call), serverNow());
  if (worth === 'missed') await tellMissed(push);
  else await withdrawRing(call);
}

/** The server says that it does not ring any more. */
export async function stopped({ call, reason }: Told<'ring_stopped'>): Promise<void> {
  await ringsNoMore(call);
  if (mustShow && (await shown(call))?.type !== 'missed') await show((words) => stoppedNote(words, call, reason));
}

/** It does not ring any more, for whatever reason. */
export async function ringsNoMore(call: string): Promise<void> {
  end(call);
  await keep(overKey(call), true);
  await withdrawRing(call);
}

/** "Missed call from …": once, also when the server says it and the deadline passes here (C-13). */
export async function tellMissed(missed: Call): Promise<void> {
  const { call, caller } = missed;
  const first = !told.has(call);
  told.add(call);
  end(call);
  const before = first ? await recall(missedKey(call)) : true;
  if (before) {
    if (!mustShow) return;
    const name = await nameOf(caller);
    await show((words) => missedNote(words, missed, name, true));
    return;
  }
  await Promise.all([keep(missedKey(call), true), keep(overKey(call), true)]);
  const name = await nameOf(caller);
  await show((words) => missedNote(words, missed, name, false));
}

/** Decline was pressed on the notification. */
export async function decline(call: Call): Promise<void> {
  end(call.call);
  const outcome = await declineThere(call.call);
  if (outcome === 'declined') return keep(overKey(call.call), true);
  if (outcome === 'silence') return show((words) => notDeclinedNote(words, call));
  const word = await askCall(call.call);
  if (verdict(0, word, serverNow()) === 'missed' && word !== 'silence') await tellMissed(call);
}

function end(call: string): void {
  const live = rings.get(call);
  if (!live) return;
  live.over = true;
  live.wake();
}

function withdrawRing(call: string): Promise<void> {
  return withdraw((meaning) => meaning.type === 'ring' && meaning.call === call);
}
