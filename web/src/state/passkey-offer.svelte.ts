// The one offer to make a passkey, after somebody signed in with a password on a device that can keep one.
import { getWaysIn } from '../api/client';

/** Sent away once, it stays away; the settings have it still. */
const LATER = 'birdcall-passkey-later';
/** How long the password that was just typed is good for the offer, in milliseconds. It is kept nowhere but here. */
const AT_HAND = 600_000;

let password: string | undefined;
let shown = $state(false);

/** The offer, for whoever draws it. */
export const passkeyOffer = {
  get shown() {
    return shown;
  },
};

/** Somebody has signed in with this password. */
export function offerPasskey(typed: string): void {
  if (localStorage.getItem(LATER) !== null) return;
  password = typed;
  setTimeout(withdrawOffer, AT_HAND);
  // Without an answer nothing is offered.
  decide().catch(withdrawOffer);
}

async function decide(): Promise<void> {
  const { autofillWorks, deviceKeepsPasskeys } = await import('../passkeys/browser');
  if (!((await deviceKeepsPasskeys()) && (await autofillWorks()))) {
    password = undefined;
    return;
  }
  const { passkeys } = await getWaysIn();
  shown = password !== undefined && passkeys.every(({ host }) => host !== location.hostname);
  if (!shown) password = undefined;
}

/** The password for the passkey that is offered, once. */
export function takePassword(): string | undefined {
  const typed = password;
  password = undefined;
  return typed;
}

/** Not now, and not again on this device. */
export function declinePasskey(): void {
  localStorage.setItem(LATER, '1');
  withdrawOffer();
}

/** It is over, taken or not. */
export function withdrawOffer(): void {
  password = undefined;
  shown = false;
}
