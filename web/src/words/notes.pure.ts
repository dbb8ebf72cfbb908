// What notifications say, in every language: the worker has no page to ask, and a ring cannot wait for a file.
import { notes as ar } from './ar/notes.pure';
import { notes as en } from './en/notes.pure';
import type { Language } from './languages.pure';

/** What a language has to say on lock screens. */
export type NoteWords = typeof en;

/** By language. */
export const noteWords: Record<Language, NoteWords> = { en, ar };
