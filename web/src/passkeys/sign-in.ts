// Signing in with a passkey: by a button, or from the browser's own list in the field for the handle.
import * as api from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { Me, UsedPasskey } from '../api/types';
import { deviceName } from '../state/device-name.pure';
import { autofillWorks, forgetPasskey, usePasskey } from './browser';

/** A question that nobody has answered is asked anew this long before it runs out, so that a page may stay open. */
const RENEW_BEFORE = 30_000;

async function enter(used: UsedPasskey, host: string): Promise<Me> {
  try {
    return await api.passkeySignIn({ ...used, device: deviceName(navigator.userAgent) });
  } catch (thrown) {
    if (asApiError(thrown).code === 'passkey_unknown') void forgetPasskey(host, used.credential);
    throw thrown;
  }
}

/** Asks for a passkey in front of everything. Throws `NoPasskey` if there was none, or what the server says. */
export async function signInWithPasskey(): Promise<Me> {
  const asked = await api.beginPasskeySignIn();
  return enter(await usePasskey(asked), asked.host);
}

/** What comes of passkeys in the browser's list. */
export interface Listed {
  /** Somebody has signed in. */
  readonly entered: (me: Me) => void;
  /** One was chosen, and the server does not take it. */
  readonly refused: (error: ApiError) => void;
}

/**
 * Has the browser list passkeys in the field for the handle until one is chosen, or until the returned function is called:
 * a browser asks for one thing at a time, so wait for it before something else is asked.
 */
export function listPasskeys({ entered, refused }: Listed): () => Promise<void> {
  let stopped = false;
  let question: AbortController | undefined;

  /** One question; whether to ask another. */
  async function ask(): Promise<boolean> {
    const asked = await api.beginPasskeySignIn();
    if (stopped) return false;
    question = new AbortController();
    const { signal } = question;
    const timer = setTimeout(() => question?.abort(), asked.timeout - RENEW_BEFORE);
    let used: UsedPasskey;
    try {
      used = await usePasskey(asked, { mediation: 'conditional', signal });
    } catch {
      // What ended by itself would end again at once; what ran out is asked anew.
      return signal.aborted;
    } finally {
      clearTimeout(timer);
    }
    if (stopped) return false;
    try {
      entered(await enter(used, asked.host));
      return false;
    } catch (thrown) {
      refused(asApiError(thrown));
      return true;
    }
  }

  const over = (async () => {
    if (!(await autofillWorks())) return;
    while (!stopped && (await ask()));
  })().catch(() => undefined);

  return () => {
    stopped = true;
    question?.abort();
    return over;
  };
}
