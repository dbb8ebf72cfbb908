// The language that notifications are in: what the page said last, else what the browser asks for.
import { choose, type Language } from '../../words/languages.pure';
import { keep, LASTING, recall } from './memory';

/** The language to speak. */
export async function spoken(): Promise<Language> {
  const told = await recall(LASTING.language);
  return choose(told?.value, navigator.languages);
}

/** The page says which one it speaks. */
export async function learn(language: Language): Promise<void> {
  const told = await recall(LASTING.language);
  if (told?.value !== language) await keep(LASTING.language, language);
}
