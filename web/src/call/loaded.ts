// The part of calls that is fetched when it is needed, or when the browser has nothing else to do.

import Calls from './Calls.svelte';
import type { CallPort } from './port';
import { CallSession } from './session';

export { Calls };

/** Starts the calls of this tab. */
export function createSession(port: CallPort, online: boolean): CallSession {
  return new CallSession(port, online);
}
