// A text cut where a search has found something in it. Offsets are UTF-16 code units, as everywhere in JavaScript.

/** A piece of the text. */
export type Cut = { readonly text: string; readonly found: boolean };

/** Cuts a text at marks that come in order and do not overlap. What lies outside of it is left out. */
export function marked(text: string, marks: readonly { readonly start: number; readonly end: number }[]): Cut[] {
  const cuts: Cut[] = [];
  let at = 0;
  for (const { start, end } of marks) {
    const from = Math.max(at, start);
    if (end <= from || from >= text.length) continue;
    if (from > at) cuts.push({ text: text.slice(at, from), found: false });
    cuts.push({ text: text.slice(from, end), found: true });
    at = Math.min(end, text.length);
  }
  if (at < text.length) cuts.push({ text: text.slice(at), found: false });
  return cuts;
}
