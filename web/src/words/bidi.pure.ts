// Names within sentences. A name may run the other way than the sentence, and without a wall around it the two would
// mix: "(3) نور" next to a number, or a name that turns all that follows (UAX #9). In markup `<bdi>` is that wall; in
// strings it is FIRST STRONG ISOLATE and its end.

const ISOLATE = '\u2068';
const LTR_ISOLATE = '\u2066';
const END = '\u2069';

/** What runs from right to left, or makes others do so. */
const RTL = /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Letters that run from left to right, digits, and what is neither: all that can move in a sentence from the right. */
const NOT_ARABIC = /[^\p{Script=Arabic}\s]/u;

/** Would open or end what they are inside of. */
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/gu;

const walled = (text: string, open: string) => `${open}${text.replace(CONTROLS, '')}${END}`;

/** Somebody's words in a sentence from left to right. What cannot mix stays as it is. */
export function inLtr(text: string): string {
  return RTL.test(text) ? walled(text, ISOLATE) : text.replace(CONTROLS, '');
}

/** Somebody's words in a sentence from right to left. */
export function inRtl(text: string): string {
  return NOT_ARABIC.test(text) ? walled(text, ISOLATE) : text;
}

/** What is always read from left to right (a handle, an address), in a sentence from right to left. */
export function ltrInRtl(text: string): string {
  return walled(text, LTR_ISOLATE);
}
