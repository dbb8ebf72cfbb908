/** A hue for a handle: the same on every screen, spread well over the circle for similar handles. */
export function hueOf(handle: string): number {
  // FNV-1a, and the finish of MurmurHash3: one letter more or less changes everything.
  let hash = 0xbb67ae85;
  for (let i = 0; i < handle.length; i += 1) {
    hash = Math.imul(hash ^ handle.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 360;
}

/** One or two letters that stand for a name: of its first and last word, else of the handle. */
export function initialsOf(name: string, handle: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = words[0] ?? handle;
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letter = (word: string) => [...word][0] ?? '';
  return (letter(first) + (last === undefined ? '' : letter(last))).toLocaleUpperCase('en');
}
