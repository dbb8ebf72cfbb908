import { words } from '../words';
import type { Code } from './types';

/** An answer that is not a yes. The code says what can be done about it; the words are for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: Code | 'unreachable';
  readonly title: string;

  constructor(code: Code | 'unreachable', title: string) {
    super(`${code}: ${title}`);
    this.code = code;
    this.title = title;
  }
}

/** A code that this page has words for. A server that is newer than the page may name others. */
export function known(code: Code): Code {
  return Object.hasOwn(words.app.errors, code) ? code : 'internal';
}

/** Whatever was thrown, as one of ours. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  // A fetch that fails rejects with a TypeError: no server was reached.
  return new ApiError('unreachable', thrown instanceof Error ? thrown.message : String(thrown));
}
