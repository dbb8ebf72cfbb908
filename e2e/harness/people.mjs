// People at their browsers. Everything they do goes through the real pages, by the names a screen reader would say.

import { probe } from './probe.mjs';
import { holds, PATIENCE, until } from './until.mjs';

export const PASSWORD = 'a long enough password';

/**
 * What Firefox tells a page that is left while a part of it, or the style of one, is on its way. A part that is really
 * missing keeps a page from showing what the test waits for; a style does as well, since its part waits for it.
 */
const LEFT = /error loading dynamically imported module|Unable to preload CSS/;

/** Somebody's one device: a browser profile with a page. */
export class Person {
  /** Frames that came and went over this page's sockets, parsed, in order. */
  frames = [];
  /** What the page complained about. */
  complaints = [];

  /**
   * @param {import("./server.mjs").Server} server
   * @param {import("./browsers.mjs").Voice} voice
   * @param {string} handle
   */
  constructor(server, voice, handle) {
    this.server = server;
    this.voice = voice;
    this.handle = handle;
  }

  /**
   * A fresh profile, at the first page.
   * @param {import("playwright-core").BrowserContextOptions} options
   */
  async arrive(options = {}) {
    this.context = await this.voice.browser.newContext({
      baseURL: this.server.url,
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    await probe(this.context);
    await this.open();
    await this.#enterFirstPage();
    return this;
  }

  /** Chromium gives up what it loads when it learns of addresses late, as of those that this host has just been given. */
  async #enterFirstPage() {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.page.goto('/');
        return;
      } catch (error) {
        if (tries === 3 || !String(error).includes('ERR_NETWORK_CHANGED')) throw error;
      }
    }
  }

  /** A new tab in the same profile. */
  async open() {
    return this.watch(await this.context.newPage());
  }

  /** Goes on at a page, and hears what is said there. */
  watch(page) {
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => {
      if (!LEFT.test(String(error))) this.complaints.push(String(error));
    });
    page.on('websocket', (socket) => {
      const note =
        (way) =>
        ({ payload }) =>
          this.frames.push({ way, ...JSON.parse(String(payload)) });
      socket.on('framereceived', note('in'));
      socket.on('framesent', note('out'));
    });
    this.page = page;
    return page;
  }

  /** Signs up by the form, with a name if there is one, and answers the question of the first sign-in. */
  async signUp(name = '') {
    const { page } = this;
    await this.press('Sign up');
    await page.getByRole('heading', { name: 'Sign up' }).waitFor();
    await this.#fillIn();
    await page.getByLabel('Name (optional)').fill(name);
    await this.press('Sign up');
    await this.#answerFirstQuestion();
  }

  /** Signs in by the form. */
  async signIn() {
    await this.#fillIn();
    await this.press('Sign in');
    await this.#arrived();
  }

  /** Signs in by the form for the first time, to an account that somebody else has made. */
  async signInFirst(password) {
    await this.#fillIn(password);
    await this.press('Sign in');
    await this.#answerFirstQuestion();
  }

  async #answerFirstQuestion() {
    await this.page.getByRole('heading', { name: 'Who may call you?' }).waitFor();
    await this.press('Continue');
    await this.#arrived();
  }

  async #arrived() {
    await this.page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
  }

  async #fillIn(password = PASSWORD) {
    await this.page.getByLabel('Handle', { exact: true }).fill(this.handle);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
  }

  /** Asks the server as this page would, without its forms. */
  ask(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const answer = await fetch(`/api/v1${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: body && JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        return answer.status === 204 ? null : answer.json();
      },
      [method, path, body],
    );
  }

  /** Signs up and answers the first question, without the forms. */
  async enter(name) {
    const { calling } = await this.ask('POST', '/accounts', { handle: this.handle, password: PASSWORD, name });
    await this.ask('PUT', '/me/calling', calling);
  }

  /** Finds somebody by handle and follows them. */
  async follow(other) {
    const { page } = this;
    await page.goto('/people');
    await page.getByRole('searchbox').fill(other.handle);
    await page
      .getByRole('link', { name: `@${other.handle}` })
      .first()
      .click();
    await this.press('Follow');
    await this.button('Unfollow').waitFor();
  }

  /** Goes to the conversation with somebody. */
  async talkTo(other) {
    await this.page.goto(`/messages/${other.handle}`);
    await this.#composer(other).waitFor();
  }

  /** Writes a message in the conversation that is open, and sees it arrive there. */
  async write(other, text) {
    await this.#composer(other).fill(text);
    await this.press('Send');
    await this.reads(text);
  }

  /** Sees an entry in the conversation that is open. */
  async reads(text) {
    await this.entries(text).first().waitFor();
  }

  /** Entries of the conversation that is open, messages and calls, by their words. */
  entries(words) {
    return this.page.getByRole('region', { name: /^Conversation with / }).getByText(words);
  }

  #composer(other) {
    return this.page.getByRole('textbox', { name: `Message @${other.handle}` });
  }

  /** Starts a call from the conversation that is open. */
  async call(kind) {
    await this.press('Call');
    await this.press(`${kind} call`);
  }

  /** Presses a button by its name. */
  async press(name) {
    await this.button(name).click();
  }

  /** Waits until a person could press a button of a ring: a press in the first moment is not taken. */
  async couldPress(name) {
    const button = this.button(name);
    await button.waitFor();
    await holds(`@${this.handle} can press ${name}`, 400, () => button.isVisible(), Boolean);
  }

  /** Answers a ring with one of its buttons, as soon as a person could. */
  async answer(name) {
    await this.couldPress(name);
    await this.press(name);
  }

  /** A button by its name. */
  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Waits until a text can be seen somewhere. */
  async sees(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Frames of a type that came in. */
  told(type) {
    return this.frames.filter((frame) => frame.way === 'in' && frame.type === type);
  }

  /** Waits for the newest frame of a type to come in, and hands it back. */
  async hears(type, good = () => true) {
    const found = await until(`@${this.handle} is told ${type}`, () => this.told(type).filter(good).at(-1));
    return found;
  }

  /**
   * Keeps frames of a type from reaching this page until the returned function is called: a slow network, for one
   * kind of news, or for all that comes from then on (`all`). Takes effect with the page's next socket.
   */
  async holdBack(type, { all = false } = {}) {
    const held = [];
    let open = false;
    await this.page.routeWebSocket(/\/api\/v1\/socket/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const late = JSON.parse(String(message)).type === type || (all && held.length > 0);
        if (!open && late) held.push(() => socket.send(message));
        else socket.send(message);
      });
    });
    return () => {
      open = true;
      for (const send of held.splice(0)) send();
    };
  }

  /** Leaves, with all tabs. */
  async leave() {
    await this.context?.close();
  }
}

/**
 * Two people write to each other, which is what a call needs first (C-1). Both are left at their conversation.
 * @param {Person} one
 * @param {Person} other
 */
export async function writeToEachOther(one, other) {
  await Promise.all([one.talkTo(other), other.talkTo(one)]);
  await one.write(other, 'Hello, may I call you?');
  await other.reads('Hello, may I call you?');
  await other.write(one, 'Yes, now is good.');
  await one.reads('Yes, now is good.');
}

/**
 * Two people who are there, follow each other and have written to each other. All but the writing goes past the forms.
 * @param {Person} one
 * @param {Person} other
 * @param {string[]} names
 */
export async function acquaint(one, other, names = []) {
  await Promise.all([one.enter(names[0]), other.enter(names[1])]);
  await Promise.all([
    one.ask('PUT', `/people/${other.handle}/follow`),
    other.ask('PUT', `/people/${one.handle}/follow`),
  ]);
  await writeToEachOther(one, other);
}
