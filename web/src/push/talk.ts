// What the page and its worker say to each other.
import { language } from '../words';
import { type Pressed, readPressed, readToPage, type ToWorker } from '../worker/talk.pure';

/** The worker answers at once or is not there. */
const ANSWER_WITHIN = 3_000;

async function worker(): Promise<ServiceWorker | null> {
  if (!('serviceWorker' in navigator)) return null;
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  return registration?.active ?? null;
}

/** Says something to the worker, if there is one. */
export async function tellWorker(message: ToWorker): Promise<void> {
  (await worker())?.postMessage(message);
}

/** Tells the worker which language to use, as soon as there is one. */
export async function tellLanguage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ type: 'speaks', language } satisfies ToWorker);
}

/** Which ring was answered by its notification a moment ago. The worker says it once. */
export async function whatWasPressed(): Promise<Pressed | undefined> {
  const there = await worker();
  if (!there) return undefined;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN);
    port1.onmessage = (event: MessageEvent<unknown>) => {
      clearTimeout(timer);
      port1.close();
      resolve(readPressed(event.data));
    };
    there.postMessage({ type: 'what_was_pressed' } satisfies ToWorker, [port2]);
  });
}

/** Hears the worker. */
export function hearWorker(go: (path: string) => void, pressed: () => void): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    const said = readToPage(event.data);
    if (said?.type === 'go') go(said.path);
    if (said?.type === 'pressed') pressed();
  });
}
