// One look at the app: two people, one language, one theme, one width.

import { HIGH, LOW, openChromium } from '../harness/browsers.mjs';
import { Person } from '../harness/people.mjs';
import { OUT } from '../harness/world.mjs';

/** Browsers with a voice each, for every look. */
export async function openVoices() {
  const [low, high] = await Promise.all([openChromium(LOW), openChromium(HIGH)]);
  return {
    low,
    high,
    close: async () => {
      await low.close();
      await high.close();
    },
  };
}

/** What is looked at, by whom, and where the pictures go. */
export class Look {
  /**
   * @param {{ server: import("../harness/server.mjs").Server, voices: object, words: object, language: string,
   *   scheme: 'light' | 'dark', width: number }} how
   */
  constructor({ server, voices, words, language, scheme, width }) {
    this.server = server;
    this.voices = voices;
    this.words = words;
    this.name = `${language}-${scheme}-${width}`;
    const viewport = { width, height: width < 600 ? 844 : 800 };
    this.browsing = { colorScheme: scheme, locale: language, viewport };
    this.handle = (who) => `${who}_${language}${scheme[0]}${width}`;
  }

  /** Somebody at a browser, at the first page. */
  person(who, voice) {
    return new Person(this.server, this.voices[voice], this.handle(who)).arrive(this.browsing);
  }

  /** Puts what somebody sees into a file. */
  async take(person, name) {
    await person.page.screenshot({ path: `${OUT}${name}-${this.name}.png`, animations: 'disabled' });
  }

  /** Opens a page, waits until it is whole, and takes it. */
  async page(person, name, path) {
    await person.page.goto(path);
    await person.page.getByRole('heading').first().waitFor();
    await person.page.waitForLoadState('networkidle');
    await this.take(person, name);
  }

  /** Goes to the conversation with somebody. */
  async talk(person, other) {
    await person.page.goto(`/messages/${other.handle}`);
    await this.box(person, other).waitFor();
  }

  /** Where one writes to somebody. */
  box(person, other) {
    return person.page.getByRole('textbox', { name: this.words.messages.composer.label(other.handle), exact: true });
  }

  /** Writes in the conversation that is open. */
  async write(person, other, text) {
    await this.box(person, other).fill(text);
    await person.press(this.words.messages.composer.send);
    await person.sees(text);
  }

  /** Starts a call from the conversation that is open. */
  async call(person, kind) {
    await person.press(this.words.calls.call);
    await person.press(kind === 'video' ? this.words.calls.video : this.words.calls.audio);
  }
}
