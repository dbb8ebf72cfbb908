// Makes a passkey for whoever is signed in, and says in words why there is none.
import * as api from '../api/client';
import { asApiError } from '../api/error';
import type { Passkey, Proof } from '../api/types';
import { deviceName } from '../state/device-name.pure';
import { me } from '../state/session.svelte';
import { words } from '../words';
import { makePasskey, NoPasskey } from './browser';

/** Makes one, named after this device. Throws `NoPasskey` if the browser made none, or what the server says. */
export async function addPasskey(proof: Proof): Promise<Passkey> {
  const made = await makePasskey(await api.beginPasskey(proof), me());
  return api.addPasskey({ ...made, name: deviceName(navigator.userAgent) });
}

/** Why there is none, for the person. */
export function whyNoPasskey(thrown: unknown): string {
  if (!(thrown instanceof NoPasskey)) return words.app.errors[asApiError(thrown).code];
  switch (thrown.failure) {
    case 'cancelled':
      return words.waysIn.notMade;
    case 'known':
      return words.waysIn.known;
    case 'unable':
      return words.waysIn.unable;
  }
}
