// The browser's side of passkeys: making one, asking for one. What is asked comes from the server and goes back to it.
import type { AskPasskey, MakePasskey, NewPasskey, UsedPasskey } from '../api/types';
import { type Failure, failureOf, fromBase64Url, hasName, toBase64Url } from './answers.pure';

/** The browser came back without a passkey. */
export class NoPasskey extends Error {
  override readonly name = 'NoPasskey';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure);
    this.failure = failure;
  }
}

/** Methods that newer browsers have, and the type checker does not know yet (WebAuthn Level 3, 5.1.10). */
interface Signals {
  signalUnknownCredential?: (options: { rpId: string; credentialId: string }) => Promise<void>;
}

/** Whether passkeys can be used on this page at all. */
export function passkeysWork(): boolean {
  return window.isSecureContext && typeof PublicKeyCredential === 'function' && hasName(location.hostname);
}

/** Whether the browser lists passkeys by itself in the field for the handle. */
export async function autofillWorks(): Promise<boolean> {
  if (!passkeysWork()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
}

/** Whether this device itself can keep a passkey, behind its finger, face or code. */
export async function deviceKeepsPasskeys(): Promise<boolean> {
  if (!passkeysWork()) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/** Has the browser make a passkey for somebody. */
export async function makePasskey(
  asked: MakePasskey,
  person: { readonly handle: string; readonly name: string },
): Promise<Omit<NewPasskey, 'name'>> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: fromBase64Url(asked.challenge),
    rp: { id: asked.host, name: asked.host },
    user: { id: fromBase64Url(asked.user), name: person.handle, displayName: person.name },
    pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: asked.exclude.map((id) => ({ type: 'public-key', id: fromBase64Url(id) })),
    // It is asked for without a handle, so it has to know by itself whose it is.
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    timeout: asked.timeout,
  };
  const { response } = await credential(navigator.credentials.create({ publicKey }));
  if (!(response instanceof AuthenticatorAttestationResponse)) throw new NoPasskey('unable');
  return {
    ceremony: asked.ceremony,
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
  };
}

/** Has the browser ask for a passkey, in its own list (`conditional`) or in front of everything. */
export async function usePasskey(
  asked: AskPasskey,
  { mediation, signal }: { mediation?: CredentialMediationRequirement; signal?: AbortSignal } = {},
): Promise<UsedPasskey> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: fromBase64Url(asked.challenge),
    rpId: asked.host,
    userVerification: 'required',
    timeout: asked.timeout,
  };
  const options: CredentialRequestOptions = { publicKey };
  if (mediation) options.mediation = mediation;
  if (signal) options.signal = signal;
  const { rawId, response } = await credential(navigator.credentials.get(options));
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new NoPasskey('unable');
  return {
    ceremony: asked.ceremony,
    credential: text(rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    user: response.userHandle ? text(response.userHandle) : '',
  };
}

/** Tells the browser that a passkey lets nobody in any more, so that it stops offering it. Some browsers listen. */
export async function forgetPasskey(host: string, credentialId: string): Promise<void> {
  const signals = PublicKeyCredential as typeof PublicKeyCredential & Signals;
  await signals.signalUnknownCredential?.({ rpId: host, credentialId }).catch(() => undefined);
}

async function credential(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  let given: Credential | null;
  try {
    given = await asked;
  } catch (thrown) {
    throw new NoPasskey(failureOf(thrown instanceof Error ? thrown.name : ''));
  }
  if (!(given instanceof PublicKeyCredential)) throw new NoPasskey('unable');
  return given;
}

const text = (bytes: ArrayBuffer) => toBase64Url(new Uint8Array(bytes));
