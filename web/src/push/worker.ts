// The service worker, as the page sees it: it is put in place, kept new, and never changed under a call.
import type { ToWorker } from '../worker/talk.pure';

/** Longer leaves an app that is never closed behind the server; shorter asks for nothing most of the time. */
const LOOK_EVERY = 60 * 60 * 1_000;

let looked = 0;

/** Puts the worker in place. Pages that are not secure have none, and the app works without. */
export async function startWorker(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
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
