// Who is signed in on this device.
import { getMe } from '../api/client';
import { asApiError } from '../api/error';
import type { Me } from '../api/types';

type Session =
  | { readonly status: 'loading' }
  | { readonly status: 'signed_out' }
  | { readonly status: 'leaving' }
  | { readonly status: 'unreachable' }
  | { readonly status: 'signed_in'; readonly me: Me };

let current = $state.raw<Session>({ status: 'loading' });

/** The session, for whoever draws it. */
export const session = {
  get status() {
    return current.status;
  },
  /** Oneself, once signed in. */
  get me(): Me | undefined {
    return current.status === 'signed_in' ? current.me : undefined;
  },
};

/** Oneself; for code that runs only behind the sign-in. */
export function me(): Me {
  if (current.status !== 'signed_in') throw new Error('nobody is signed in');
  return current.me;
}

/** Whether the server has a relay, without which no call with Enhanced call privacy connects (P-5). */
export function serverRelays(): boolean {
  return me().relay;
}

/** Somebody signed in, or what is known of them changed. */
export function setMe(next: Me): void {
  current = { status: 'signed_in', me: next };
}

/** Nobody is signed in any more. */
export function setSignedOut(): void {
  current = { status: 'signed_out' };
}

/** Asks the server who is signed in. Who is known stays known while the server is away. */
export async function loadMe(): Promise<void> {
  try {
    setMe(await getMe());
  } catch (thrown) {
    const { code } = asApiError(thrown);
    if (code === 'not_signed_in') setSignedOut();
    else if (code === 'leaving') current = { status: 'leaving' };
    else if (current.status === 'loading') current = { status: 'unreachable' };
  }
}

/** Tries again after the first question was not answered. */
export function retrySession(): void {
  current = { status: 'loading' };
  void loadMe();
}
