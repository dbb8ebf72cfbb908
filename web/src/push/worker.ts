// The service worker, as the page sees it: it is put in place, kept new, and never changed under a call.
import type { ToWorker } from '../worker/talk.pure';

/** Where the build puts it. */
const WORKER = '/sw.js';

/** Longer leaves an app that is never closed behind the server; shorter asks for nothing most of the time. */
const LOOK_EVERY = 60 * 60 * 1_000;

let looked = 0;

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/**
 * The worker's address, in the form that the page's policy wants of code (Trusted Types): no other address can be made
 * into code here. Browsers that know nothing of this take the plain one.
 */
function script(): string {
  const policies = Reflect.get(window, 'trustedTypes') as Policies | undefined;
  if (!policies) return WORKER;
  const policy = policies.createPolicy('birdcall-worker', {
    createScriptURL: (url) => {
      if (url !== WORKER) throw new TypeError('not the worker');
      return url;
    },
  });
  return policy.createScriptURL(WORKER);
}

/** Puts the worker in place. Pages that are not secure have none, and the app works without. */
export async function startWorker(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(script(), { updateViaCache: 'none' });
    looked = Date.now();
    letTakeOver(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed') letTakeOver(registration.waiting);
      });
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || Date.now() - looked < LOOK_EVERY) return;
      looked = Date.now();
      registration.update().catch(() => undefined);
      letTakeOver(registration.waiting);
    });
  } catch {
    // Browsers refuse one in private windows, or where storage is off. Everything but closed rings works without.
  }
}

/** The old worker's files stay where they are, so nothing breaks here; whether a call is on, the new one looks itself. */
function letTakeOver(waiting: ServiceWorker | null): void {
  waiting?.postMessage({ type: 'take_over' } satisfies ToWorker);
}
