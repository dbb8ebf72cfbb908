// Figures of many tries, and tables of them.

/** The value that a share of all values is not above (nearest rank). */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Half of all tries took no longer, and 95 of a hundred. */
export function summary(values) {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95) };
}

/** Milliseconds for people. */
export const ms = (value) => (Number.isFinite(value) ? `${Math.round(value)} ms` : 'never');

/** Whether a figure is where it has to be. */
export const verdict = (value, limit) => `< ${limit} ms ${value < limit ? 'reached' : 'MISSED'}`;

/** Rows of text in columns as wide as need be: the first to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  const line = (row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ');
  const [head, ...body] = rows.map(line);
  return [head, '-'.repeat(head.length), ...body].join('\n');
}
