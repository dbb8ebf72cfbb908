// IP addresses as bytes and as text.

/**
 * The bytes of an IPv4 or IPv6 address in network order.
 * @param {string} text
 */
export function toBytes(text) {
  if (!text.includes(':')) {
    const bytes = Buffer.from(text.split('.').map(Number));
    if (bytes.length !== 4 || fromBytes(bytes) !== text) throw new Error(`${text} is no address`);
    return bytes;
  }
  const [head, tail, more] = text.split('::').map((part) => (part === '' ? [] : part.split(':').flatMap(groups)));
  const gap = tail ? 8 - head.length - tail.length : 0;
  const all = [...head, ...Array(Math.max(0, gap)).fill(0), ...(tail ?? [])];
  if (more || all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff))) {
    throw new Error(`${text} is no address`);
  }
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** One group of an IPv6 address, or two where it ends in the way of IPv4. */
function groups(text) {
  if (!text.includes('.')) return [/^[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : -1];
  const [a, b, c, d] = toBytes(text);
  return [a * 256 + b, c * 256 + d];
}

/**
 * The text of an address: dotted, or as RFC 5952 wants it.
 * @param {Buffer} bytes
 */
export function fromBytes(bytes) {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = [];
  for (let at = 0; at < 16; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  const text = groups.join(':');
  const [gap] = text.match(/\b0(?::0)+\b/g)?.sort((a, b) => b.length - a.length) ?? [];
  if (gap === undefined) return text;
  const at = text.search(new RegExp(`\\b${gap}\\b`));
  const before = text.slice(0, at).replace(/:$/, '');
  const after = text.slice(at + gap.length).replace(/^:/, '');
  return `${before}::${after}`;
}
