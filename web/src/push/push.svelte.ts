// Pushes of this device: asked for by a press, renewed at every start, ended with the session or by the switch.
import * as api from '../api/client';
import { asApiError } from '../api/error';
import type { Code } from '../api/types';
import { me } from '../state/session.svelte';
import { type Facts, isHandheldApple, renews, type Standing, standingOf } from './standing.pure';

/** Who has turned it on here. The browser's permission is not enough: it stays when somebody else signs in. */
const WANTED = 'birdcall-push';
/** A worker that is not at work by then will not be at this start. */
const WORKER_WITHIN = 10_000;

let facts = $state.raw<Facts>(look(false));
let trouble = $state.raw<Trouble>();
let busy = $state(false);

/** Why it could not be turned on: the server's reason, or the browser's push service. */
export type Trouble = Code | 'unreachable' | 'no_service';

/** How it stands, for whoever draws it. */
export const push = {
  get standing(): Standing {
    return standingOf(facts);
  },
  get busy(): boolean {
    return busy;
  },
  get trouble(): Trouble | undefined {
    return trouble;
  },
};

/** Keeps the subscription up to date, without a word, from each start on: browsers drop it, and people block it. */
export async function startPush(): Promise<void> {
  await renew();
  const permission = await navigator.permissions?.query({ name: 'notifications' }).catch(() => undefined);
  permission?.addEventListener('change', () => void renew());
}

async function renew(): Promise<void> {
  facts = look(false);
  const wanted = localStorage.getItem(WANTED) === me().handle;
  // Without a network, or a push service, the next start tries again.
  if (renews(facts, wanted)) await subscribe().catch(() => undefined);
  else if (wanted)
    await api.deletePush().then(
      () => localStorage.removeItem(WANTED),
      () => undefined,
    );
}

/** A person pressed the switch: asks for permission and subscribes. */
export async function turnOnPush(): Promise<void> {
  trouble = undefined;
  busy = true;
  try {
    const permission = await Notification.requestPermission();
    facts = look(false);
    if (permission !== 'granted') return;
    await subscribe();
    localStorage.setItem(WANTED, me().handle);
  } catch (thrown) {
    trouble = thrown instanceof DOMException ? 'no_service' : asApiError(thrown).code;
  } finally {
    busy = false;
  }
}

/** A person pressed the switch: nothing rings here while the app is closed. */
export async function turnOffPush(): Promise<void> {
  trouble = undefined;
  busy = true;
  try {
    localStorage.removeItem(WANTED);
    await api.deletePush();
    await unsubscribe();
    facts = look(false);
  } catch (thrown) {
    trouble = asApiError(thrown).code;
  } finally {
    busy = false;
  }
}

/** Signing out: the browser forgets the place, so that nothing for the old session comes here. */
export async function endPush(): Promise<void> {
  localStorage.removeItem(WANTED);
  await unsubscribe().catch(() => undefined);
}

async function subscribe(): Promise<void> {
  const { pushManager } = await worker();
  const key = me().push_key;
  let subscription = await pushManager.getSubscription();
  if (subscription && textOf(subscription.options.applicationServerKey) !== key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  if (!endpoint || !keys?.p256dh || !keys.auth) throw new DOMException('no keys', 'InvalidStateError');
  await api.putPush({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  facts = look(true);
}

async function unsubscribe(): Promise<void> {
  if (!look(false).able) return;
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

async function worker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new DOMException('no worker', 'InvalidStateError')), WORKER_WITHIN);
  });
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** A key as the server writes it. A subscription that was made for another one is of no use to it. */
function textOf(key: ArrayBuffer | null): string {
  const bytes = String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0)));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function look(subscribed: boolean): Facts {
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  return {
    able,
    handheldApple: isHandheldApple(navigator.userAgent, navigator.maxTouchPoints),
    standalone: matchMedia('(display-mode: standalone)').matches || Reflect.get(navigator, 'standalone') === true,
    permission: able ? Notification.permission : 'default',
    subscribed,
  };
}
