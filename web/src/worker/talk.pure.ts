// What pages and the worker say to each other. Both sides are ours and of one origin; what comes in is looked at anyway,
// because a page may be of another version.
import { type Language, readLanguage } from '../words/languages.pure';

/** A page to the worker. The answer to `what_was_pressed` comes through the port that is sent along. */
export type ToWorker =
  | { readonly type: 'take_over' }
  | { readonly type: 'what_was_pressed' }
  /** A call does not ring any more, or rings in the page itself. */
  | { readonly type: 'rings_no_more'; readonly call: string }
  | { readonly type: 'read'; readonly handle: string }
  /** A message was deleted by its author. */
  | { readonly type: 'message_gone'; readonly handle: string; readonly seq: number }
  /** The app is before somebody's eyes. */
  | { readonly type: 'opened' }
  | { readonly type: 'speaks'; readonly language: Language };

/** The worker to a page. */
export type ToPage =
  | { readonly type: 'go'; readonly path: string }
  /** A ring was answered by its notification: ask which. */
  | { readonly type: 'pressed' };

/** A ring that was answered by its notification. */
export interface Pressed {
  readonly call: string;
  readonly caller: string;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What a page said, if it is something the worker knows. */
export function readToWorker(value: unknown): ToWorker | undefined {
  const { type, call, handle, language, seq } = record(value);
  switch (type) {
    case 'take_over':
    case 'what_was_pressed':
    case 'opened':
      return { type };
    case 'rings_no_more':
      return typeof call === 'string' ? { type, call } : undefined;
    case 'message_gone':
      return typeof handle === 'string' && typeof seq === 'number' ? { type, handle, seq } : undefined;
    case 'read':
      return typeof handle === 'string' ? { type, handle } : undefined;
    case 'speaks': {
      const known = readLanguage(language);
      return known && { type, language: known };
    }
    default:
      return undefined;
  }
}

/** What the worker said, if it is something the page knows. It leads to pages of the app only. */
export function readToPage(value: unknown): ToPage | undefined {
  const { type, path } = record(value);
  if (type === 'pressed') return { type };
  if (type === 'go' && typeof path === 'string' && /^\/[a-z]/.test(path)) return { type, path };
  return undefined;
}

/** The worker's answer to `what_was_pressed`. */
export function readPressed(value: unknown): Pressed | undefined {
  const { call, caller } = record(value);
  return typeof call === 'string' && typeof caller === 'string' ? { call, caller } : undefined;
}
