// Which languages there are, and which one is spoken.

/** A language that the app speaks. */
export type Language = 'en' | 'ar';

/** What has to be known of one before its words are there. */
export interface Tongue {
  /** Its name in itself, as who reads it looks for it. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
}

/** All of them, in the order in which they are offered. */
export const tongues: Record<Language, Tongue> = {
  en: { name: 'English', dir: 'ltr' },
  ar: { name: 'العربية', dir: 'rtl' },
};

/** The languages by their codes. */
export const languages = Object.keys(tongues) as Language[];

/** The language of a code, if it is spoken here. */
export function readLanguage(code: unknown): Language | undefined {
  return languages.find((language) => language === code);
}

/**
 * What was set, else the first spoken one among those that the browser asks for ("ar-EG" is Arabic), else English.
 */
export function choose(set: unknown, asked: readonly string[]): Language {
  const found = readLanguage(set);
  if (found !== undefined) return found;
  for (const tag of asked) {
    const spoken = readLanguage(tag.toLowerCase().split('-')[0]);
    if (spoken !== undefined) return spoken;
  }
  return 'en';
}
