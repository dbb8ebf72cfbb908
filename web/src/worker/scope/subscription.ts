// Where this device is reached. Browsers change it on their own once in a while.
import { scope } from './scope';
import { pushKey, putSubscription } from './server';

/** The browser has dropped or changed the subscription: makes a new one and tells the server. */
export async function renew(): Promise<void> {
  const key = await pushKey();
  if (key === undefined) return;
  const subscription = await scope.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  const { endpoint, keys } = subscription.toJSON();
  if (endpoint && keys?.p256dh && keys.auth) await putSubscription({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
}
