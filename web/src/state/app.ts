// Puts the parts together once somebody is signed in: the socket's frames to the stores, the calls to their port.
import * as api from '../api/client';
import { ApiError } from '../api/error';
import type { ServerFrame } from '../api/types';
import { installCalls } from '../call';
import { startKeys } from '../keys/keys';
import {
  doubtLive,
  moveLive,
  nudgeLive,
  onDoubt,
  onFrame,
  onLink,
  onReload,
  send,
  serverNow,
  startLive,
  stopLive,
} from '../live/socket';
import { tellVisible } from '../live/visible';
import { drafts } from '../pages/messages/drafts';
import { hearInPictures, startPictures } from '../pictures/sending.svelte';
import { startNotifications } from '../push/notifications';
import { endPush, push, startPush } from '../push/push.svelte';
import { startWorker } from '../push/worker';
import { navigate, place } from '../router.svelte';
import { callComes } from '../voice/calls';
import { leaveVoice } from '../voice/leave.svelte';
import { hearInVoices, startVoices } from '../voice/sending.svelte';
import { words } from '../words';
import { callingSettings } from './calling.svelte';
import { addEntry, hearInConversations, reloadConversations } from './conversation.svelte';
import { conversations, hearInList } from './conversations.svelte';
import { deleteNow, resumeDeletions } from './deletions.svelte';
import { watchLink } from './link.svelte';
import { watchMissed } from './missed.svelte';
import { speak, toast } from './notices.svelte';
import { clearOutbox, hearInOutbox, startOutbox, write } from './outbox.svelte';
import { person, personNow } from './people.svelte';
import { reloadResources } from './resource.svelte';
import { hearRingTests } from './ring-tests';
import { loadMe, me, serverRelays, session } from './session.svelte';
import { hearTyping } from './typing.svelte';

let started = false;

/** Starts everything that lives as long as the session. */
export function startApp(): void {
  if (started) return;
  started = true;
  onFrame(hear);
  onReload(() => {
    reloadResources();
    reloadConversations();
  });
  onDoubt(() => void loadMe());
  installCalls({
    send: (frame) => void send(frame),
    onFrame,
    onLink,
    doubtLink: doubtLive,
    invite,
    person,
    serverNow,
    write,
    navigate,
    leaveVoice,
    privacy: () => ({ on: callingSettings.calling.enhanced_privacy, relay: serverRelays() }),
    setPrivacy,
    rungByPush: () => push.standing === 'on',
    toast,
    me: () => ({ handle: me().handle, device: me().device }),
  });
  startOutbox(me().handle);
  resumeDeletions(me().handle);
  startVoices();
  startPictures();
  watchLink();
  startLive();
  tellVisible();
  startKeys();
  startNotifications();
  void startWorker().then(startPush);
  conversations.need();
  watchMissed();
  window.addEventListener('online', moveLive);
  window.addEventListener('offline', nudgeLive);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') nudgeLive();
  });
}

/** Signs out here, and leaves nothing behind: the page is loaded anew. */
export async function leave(): Promise<void> {
  await deleteNow(false);
  await endPush();
  await api.signOut();
  clearOutbox();
  drafts.clear();
  stopLive();
  location.replace('/');
}

/** One's account is gone, and every session of it: nothing may be left behind here. */
export function gone(): void {
  clearOutbox();
  stopLive();
  location.replace('/');
}

async function invite(body: Parameters<typeof api.postCall>[0]) {
  callComes();
  try {
    return await api.postCall(body);
  } catch (thrown) {
    throw asRefusal(thrown);
  }
}

async function setPrivacy(on: boolean): Promise<void> {
  await callingSettings.want({ enhanced_privacy: on });
  if (callingSettings.error) throw asRefusal(callingSettings.error);
}

/** A refusal has a code of the server's; no answer at all is something else. */
function asRefusal(thrown: unknown): unknown {
  return thrown instanceof ApiError && thrown.code === 'unreachable' ? new Error(thrown.title) : thrown;
}

function hear(frame: ServerFrame): void {
  const acknowledged = hearInOutbox(frame);
  if (acknowledged) addEntry(acknowledged.to, acknowledged.entry);
  hearInVoices(frame);
  hearTyping(frame);
  hearInPictures(frame);
  hearInConversations(frame);
  hearInList(frame);
  hearRingTests(frame);
  if (frame.type === 'ring') callComes();
  if (frame.type === 'changed') {
    if (frame.what === 'me') void loadMe();
    reloadResources(frame.what);
  }
  if (frame.type === 'entry') void announce(frame);
}

/** Tells who listens of a message that arrived; what was written on an own device is no news. */
async function announce({ with: handle, entry, request }: Extract<ServerFrame, { type: 'entry' }>): Promise<void> {
  if (
    request ||
    entry.body.type === 'call' ||
    entry.body.type === 'deleted' ||
    entry.from !== handle ||
    session.me?.handle === handle
  )
    return;
  const who = await person(handle).catch(() => personNow(handle));
  const said = words.entries.inShort(entry.body);
  const open = place.route.page === 'conversation' && place.route.handle === handle;
  speak(open ? words.messages.said(who.name, said) : words.messages.arrived(who.name));
}
