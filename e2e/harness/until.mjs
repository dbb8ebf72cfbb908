// Waiting for conditions, never for time alone.

const TICK = 100;

/** How long a condition may take: generous, because two browsers with live media fill two cores. */
export const PATIENCE = 20_000;

const pause = () => new Promise((resolve) => setTimeout(resolve, TICK));

/**
 * Reads until the value is good, and hands it back. Fails with the last value read.
 * @template T
 * @param {string} what what is waited for, for the error
 * @param {() => T | Promise<T>} read
 * @param {(value: T) => boolean} good
 * @param {number} within milliseconds
 * @returns {Promise<T>}
 */
export async function until(what, read, good = Boolean, within = PATIENCE) {
  const end = Date.now() + within;
  let value = await answered(what, read, within);
  while (!good(value)) {
    if (Date.now() > end) {
      throw new Error(`not within ${within} ms: ${what}; last: ${JSON.stringify(value)}`);
    }
    await pause();
    value = await answered(what, read, within);
  }
  return value;
}

/** A reading that never ends says what it was about, instead of the whole test running out of time. */
async function answered(what, read, within) {
  let timer;
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer to: ${what}`)), within + PATIENCE);
  });
  return Promise.race([(async () => read())(), never]).finally(() => clearTimeout(timer));
}

/**
 * Reads until the value has been good at every reading for a while, and hands back the last one.
 * @template T
 * @param {string} what
 * @param {number} span milliseconds for which it has to hold
 * @param {() => T | Promise<T>} read
 * @param {(value: T, before: T) => boolean} good compares with the reading before
 * @param {number} within milliseconds
 * @returns {Promise<T>}
 */
export async function holds(what, span, read, good, within = PATIENCE) {
  const end = Date.now() + within;
  let since = Date.now();
  let before = await read();
  while (Date.now() - since < span) {
    if (Date.now() > end) {
      throw new Error(`never for ${span} ms: ${what}; last: ${JSON.stringify(before)}`);
    }
    await pause();
    const value = await read();
    if (!good(value, before)) since = Date.now();
    before = value;
  }
  return before;
}
