// A message's text in pieces: words, and addresses and handles that can be pressed. Nothing is fetched for them (P-6).
import { shownHost } from './punycode.pure';

/** A piece of a text. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  /** An address of the web. `text` may differ from what was written: its host is what it seems to be. */
  | { readonly type: 'link'; readonly text: string; readonly href: string; readonly written: string }
  /** A person of this server. */
  | { readonly type: 'handle'; readonly text: string; readonly handle: string };

/** An address, or a handle that stands by itself. */
const FOUND = /(https?:\/\/[^\s<>"]+)|(?<![\p{L}\p{N}_@/.])@([A-Za-z0-9_]{1,20})(?![\p{L}\p{N}_@])/giu;

/** Scheme, authority, and the rest. */
const PARTS = /^(https?:\/\/)([^/?#\\]+)(.*)$/isu;

/** A name or a number of a host, and a port. No user: what stands before an @ would pass for the host. */
const AUTHORITY = /^((?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.?)+|\[[0-9a-f:.]+\])(:\d{1,5})?$/iu;

/** Turns what follows around, or is not seen at all. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/u;

/** Ends a sentence rather than an address. */
const TRAILING = /[.,;:!?'"…\u2019\u201d\u00bb*_~]$/u;

const CLOSING: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function trimmed(address: string): string {
  let text = address;
  for (;;) {
    const last = text[text.length - 1] ?? '';
    const open = CLOSING[last];
    // A bracket belongs to the address if it was opened there.
    const dangling = open !== undefined && text.split(last).length > text.split(open).length;
    if (!TRAILING.test(text) && !dangling) return text;
    text = text.slice(0, -1);
  }
}

function link(address: string): Extract<Piece, { type: 'link' }> | undefined {
  if (UNSEEN.test(address) || address.includes('\\')) return undefined;
  const [, scheme, authority, rest] = PARTS.exec(address) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return undefined;
  const [, host, port = ''] = AUTHORITY.exec(authority) ?? [];
  if (host === undefined) return undefined;
  return {
    type: 'link',
    text: `${scheme.toLowerCase()}${host.startsWith('[') ? host : shownHost(host)}${port}${rest}`,
    href: address,
    written: address,
  };
}

/** Cuts a text at what can be pressed. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(FOUND)) {
    const [, address, handle] = match;
    const written = address === undefined ? match[0] : trimmed(address);
    const piece: Piece | undefined =
      handle === undefined ? link(written) : { type: 'handle', text: match[0], handle: handle.toLowerCase() };
    if (!piece) continue;
    if (match.index > at) found.push({ type: 'text', text: text.slice(at, match.index) });
    found.push(piece);
    at = match.index + written.length;
  }
  if (at < text.length) found.push({ type: 'text', text: text.slice(at) });
  return found;
}

/** One emoji as people see it (UTS 51), by the properties of its characters. */
const EMOJI =
  '(?:\\p{RI}\\p{RI}|[0-9#*]\\ufe0f?\\u20e3|(?:\\p{Emoji_Presentation}\\ufe0f?|\\p{Emoji}\\ufe0f|\\p{Emoji_Modifier_Base}(?=\\p{Emoji_Modifier}))' +
  '\\p{Emoji_Modifier}?[\\u{e0030}-\\u{e007f}]*(?:\\u200d(?:\\p{Emoji}\\ufe0f?)\\p{Emoji_Modifier}?)*)';
const ONLY_EMOJI = new RegExp(`^\\s*(?:${EMOJI}\\s*){1,3}$`, 'u');
const ONE_EMOJI = new RegExp(`^(?:${EMOJI}|\\p{Emoji_Modifier_Base}|\\p{Extended_Pictographic})$`, 'u');

/** Whether a text is up to three emoji and nothing else: they are shown large. */
export const isOnlyEmoji = (text: string): boolean => text.length <= 80 && ONLY_EMOJI.test(text);

/** Whether a text is one emoji. The server has the last word. */
export const isOneEmoji = (text: string): boolean => text.length <= 32 && ONE_EMOJI.test(text);

/** How many characters a text has as the server counts them. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
