// A device whose app is closed: a profile with a service worker in it and no page open. Pushes reach the worker over the
// DevTools protocol, notifications are on a desktop of the test's own.

import { HIGH, openProfile } from './browsers.mjs';
import { Desktop } from './desktop.mjs';
import { Person } from './people.mjs';
import { probe } from './probe.mjs';
import { until } from './until.mjs';

/**
 * Runs in the page. Browsers subscribe at the push service of their maker, which is not to be reached from here; this one
 * gets a subscription of the test's own. Only the browser's part is replaced, none of ours.
 */
function subscribeTo({ endpoint, p256dh, auth }) {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (it) => it.charCodeAt(0));
  const KEY = 'test-subscription';
  const subscription = () => ({
    endpoint,
    options: { userVisibleOnly: true, applicationServerKey: bytes(localStorage.getItem(KEY)).buffer },
    toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }),
    unsubscribe: async () => {
      localStorage.removeItem(KEY);
      return true;
    },
  });
  PushManager.prototype.getSubscription = async () => (localStorage.getItem(KEY) === null ? null : subscription());
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || bytes(applicationServerKey).length !== 65) throw new DOMException('', 'NotAllowedError');
    if (Notification.permission !== 'granted') throw new DOMException('', 'NotAllowedError');
    localStorage.setItem(KEY, applicationServerKey);
    return subscription();
  };
}

/** Somebody's phone. */
export class Phone extends Person {
  #profile;
  #session;
  #registration;

  /** Where its notifications are. @type {Desktop} */
  desktop;

  /**
   * A new one, at the app's first page.
   * @param {import("./server.mjs").Server} server
   * @param {string} handle
   * @param {import("./push-service.mjs").Subscription} subscription what the browser gets when it subscribes
   */
  static async start(server, handle, subscription) {
    const desktop = await Desktop.start();
    const profile = await openProfile(HIGH, {
      baseURL: server.url,
      viewport: { width: 390, height: 844 },
      env: { ...process.env, ...desktop.env },
    });
    const phone = new Phone(server, profile, handle);
    phone.desktop = desktop;
    phone.#profile = profile;
    phone.context = profile.context;
    await phone.allowNotifications();
    await probe(phone.context);
    if (subscription) await phone.context.addInitScript(subscribeTo, subscription.body);
    await phone.open();
    await phone.page.goto('/');
    return phone;
  }

  /** As in the site settings of the browser. */
  async allowNotifications() {
    await this.context.grantPermissions(['notifications', 'microphone', 'camera'], { origin: this.server.url });
  }

  /** Waits for the worker, and closes the app: what is left is an empty tab that belongs to nobody. */
  async closeApp() {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    const [blank] = this.context.pages().filter((page) => page.url() === 'about:blank');
    for (const page of this.context.pages()) if (page !== blank) await page.close();
    if (this.#session) return;
    this.#session = await this.context.newCDPSession(blank);
    this.#session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => !isDeleted && scopeURL.startsWith(this.server.url));
      if (ours) this.#registration = ours.registrationId;
    });
    await this.#session.send('ServiceWorker.enable');
    await until('the worker of the closed app', () => this.#registration !== undefined);
  }

  /** Delivers what the server has sent, decrypted. */
  async push(message) {
    await until('the app was closed once', () => this.#registration !== undefined);
    await this.#session.send('ServiceWorker.deliverPushMessage', {
      origin: this.server.url,
      registrationId: this.#registration,
      data: JSON.stringify(message),
    });
  }

  /** Pages of the app that are open. */
  get pages() {
    return this.context.pages().filter((page) => page.url().startsWith(this.server.url));
  }

  /** What the app itself knows of its notifications. */
  notifications() {
    const [worker] = this.context.serviceWorkers();
    return worker.evaluate(async () =>
      (await self.registration.getNotifications()).map(({ title, body, tag, actions }) => ({
        title,
        body,
        tag,
        actions: actions.map((it) => it.title),
      })),
    );
  }

  /** Does something that opens the app, and goes on there. */
  async opensBy(act) {
    const opened = this.context.waitForEvent('page');
    await act();
    this.watch(await opened);
    await this.page.waitForURL((url) => url.href.startsWith(this.server.url));
  }

  /** Does something that goes on in the page that is open. */
  async opensNothing(act) {
    const before = this.context.pages().length;
    await act();
    await this.page.waitForLoadState();
    if (this.context.pages().length !== before) throw new Error('another page was opened');
  }

  async leave() {
    await this.#profile?.close();
    await this.desktop?.stop();
  }
}
