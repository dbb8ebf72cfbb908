// All words that people see, in the language that was chosen. `main.ts` fetches them before the rest of the app runs,
// so that everything else reads `words.area.word` and never waits. Another language begins with a reload.
import type { en } from './en';
import { choose, type Language, readLanguage, tongues } from './languages.pure';

/** What a language has to say. One that leaves out a word does not pass the type check. */
export type Words = typeof en;

/** Each language is a file of its own, and only one of them is loaded. */
const shelf: Record<Language, () => Promise<Words>> = {
  en: () => import('./en').then(({ en }) => en),
  ar: () => import('./ar').then(({ ar }) => ar),
};

/** The words. */
export let words: Words;

/** The language they are in. */
export let language: Language = 'en';

/** Where a device keeps its choice. */
const KEY = 'birdcall-language';

/** The language that was set on this device; nothing while it follows the browser. */
export function languageSet(): Language | undefined {
  try {
    return readLanguage(localStorage.getItem(KEY));
  } catch {
    // Storage is refused: then it follows the browser.
    return undefined;
  }
}

/** Sets the language of this device, or lets it follow the browser, and begins anew with it. */
export function setLanguage(chosen: Language | undefined): void {
  if (chosen === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  location.reload();
}

/** Fetches the words of a language. */
export async function speak(chosen: Language): Promise<void> {
  words = await shelf[chosen]();
  language = chosen;
}

/** Chooses, tells the page which way it runs, and fetches. English is better than nothing. */
export async function findWords(): Promise<void> {
  const chosen = choose(languageSet(), navigator.languages);
  turn(chosen);
  try {
    await speak(chosen);
  } catch (thrown) {
    if (chosen === 'en') throw thrown;
    turn('en');
    await speak('en');
  }
}

function turn(chosen: Language): void {
  const { documentElement: page } = document;
  page.lang = chosen;
  page.dir = tongues[chosen].dir;
  // The name and the shortcuts of the installed app; whichever the browser reads, it is the same app by its id.
  const manifest = document.querySelector<HTMLLinkElement>('link[rel=manifest]');
  if (manifest && chosen !== 'en') manifest.href = `/${chosen}.webmanifest`;
}
