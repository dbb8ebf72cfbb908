// A message's text in pieces: words, and addresses that can be pressed.

/** A piece of a text. */
export type Piece = { readonly text: string; readonly href?: string };

const ADDRESS = /https?:\/\/[^\s<>"']+/giu;

/** Cuts a text at its web addresses. Nothing is fetched for them (P-6). */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    // A full stop or bracket after an address ends the sentence, not the address.
    const address = match[0].replace(/[.,;:!?)\]}]+$/u, '');
    if (!/^https?:\/\/[\p{L}\p{N}[]/iu.test(address)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

/** How many characters a text has as the server counts them. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
