// To the provider of accounts and back. The browser leaves the app and returns at one of its pages, with a word in the
// address of how it went.
import * as api from '../api/client';
import type { Code, ToProvider } from '../api/types';
import { words } from '../words';

const SAID = 'provider';
/** Long enough for a browser to leave, in milliseconds; after that something is in the way. */
const LEAVING = 10_000;

/** Sends the browser to the provider. It resolves only if it cannot. */
export async function toProvider(errand: ToProvider): Promise<void> {
  const { url } = await api.toProvider(errand);
  location.assign(url);
  // Until the page is gone; whoever waits stays busy.
  await new Promise((resolve) => setTimeout(resolve, LEAVING));
}

/** What the server says in the address is one of its codes, unless somebody else wrote the address. */
export function codeSaid(said: string): Code {
  return said in words.app.errors ? (said as Code) : 'provider_refused';
}

/** How it went at the provider, once: a page that is loaded again does not say it again. */
export function saidByProvider(): string | undefined {
  const said = new URLSearchParams(location.search).get(SAID);
  if (said === null) return undefined;
  history.replaceState(history.state, '', location.pathname);
  return said;
}
