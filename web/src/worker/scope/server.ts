// What the worker asks the server, always with a limit: a ring must not wait for a network that is not there.
import type { PushSubscription as Body, CallStanding, Me, Person } from '../../api/types';
import { clockOffset, type Word } from '../ring.pure';

/** Later than this the clock decides instead. */
const STANDING_WITHIN = 1_000;
/** Later than this the handle has to do for a name. */
const NAME_WITHIN = 1_500;
/** For what nothing waits for. */
const OTHER_WITHIN = 10_000;

let offset = 0;

/** The server's time, as far as an answer has told. */
export function serverNow(): number {
  return Date.now() + offset;
}

function ask(method: string, path: string, within: number, body?: unknown): Promise<Response> {
  return fetch(`/api/v1${path}`, {
    method,
    signal: AbortSignal.timeout(within),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

/** How a call stands. */
export async function askCall(call: string): Promise<Word> {
  try {
    const answer = await ask('GET', `/calls/${encodeURIComponent(call)}`, STANDING_WITHIN);
    // A proxy's word is not the server's.
    if (answer.status >= 500) return 'silence';
    if (!answer.ok) return 'not_ours';
    offset = clockOffset(answer.headers.get('date'), Date.now());
    return { standing: (await answer.json()) as CallStanding };
  } catch {
    return 'silence';
  }
}

const names = new Map<string, string>();

/** A person's name, or the handle where nobody says it in time. */
export async function nameOf(handle: string): Promise<string> {
  const known = names.get(handle);
  if (known !== undefined) return known;
  try {
    const answer = await ask('GET', `/people/${encodeURIComponent(handle)}`, NAME_WITHIN);
    if (!answer.ok) return `@${handle}`;
    const { name } = (await answer.json()) as Person;
    if (name === '') return `@${handle}`;
    names.set(handle, name);
    return name;
  } catch {
    return `@${handle}`;
  }
}

/** Tells that this device shows the ring (C-16). */
export async function sayRinging(call: string): Promise<void> {
  await ask('POST', `/calls/${encodeURIComponent(call)}/ringing`, OTHER_WITHIN).catch(() => undefined);
}

/** Declines. `over`: there is nothing to decline any more. */
export async function decline(call: string): Promise<'declined' | 'over' | 'silence'> {
  try {
    const answer = await ask('POST', `/calls/${encodeURIComponent(call)}/decline`, OTHER_WITHIN);
    if (answer.ok) return 'declined';
    return answer.status >= 500 ? 'silence' : 'over';
  } catch {
    return 'silence';
  }
}

/** Reports a step of a test ring. */
export async function sayTest(test: string, step: 'shown' | 'opened'): Promise<void> {
  const path = `/ring-tests/${encodeURIComponent(test)}/${step}?way=push`;
  await ask('POST', path, OTHER_WITHIN).catch(() => undefined);
}

/** The server's public key, if somebody is signed in. */
export async function pushKey(): Promise<string | undefined> {
  try {
    const answer = await ask('GET', '/me', OTHER_WITHIN);
    return answer.ok ? ((await answer.json()) as Me).push_key : undefined;
  } catch {
    return undefined;
  }
}

/** Tells where this device is reached. */
export async function putSubscription(body: Body): Promise<void> {
  await ask('PUT', '/devices/current/push', OTHER_WITHIN, body).catch(() => undefined);
}
