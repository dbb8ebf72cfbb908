// The program's figures, read on its own host.

/** Runs there. */
export class Figures {
  #url;

  constructor(url) {
    this.#url = url;
  }

  /** @returns {Promise<Record<string, number>>} by name, labels included */
  async read() {
    const text = await (await fetch(this.#url)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }
}

/**
 * How much figures grew.
 * @param {Record<string, number>} before
 * @param {Record<string, number>} after
 * @param {RegExp} which
 */
export function grown(before, after, which) {
  const names = Object.keys(after).filter((name) => which.test(name));
  return names.reduce((sum, name) => sum + after[name] - (before[name] ?? 0), 0);
}
