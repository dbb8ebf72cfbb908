// Host names as the network knows them (RFC 3492): what cannot be mistaken for something else.

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

const digit = (value: number) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

/** One label in ASCII. */
export function toAscii(label: string): string {
  const all = [...label].map((one) => one.codePointAt(0) ?? 0);
  const basic = all.filter((point) => point < 128);
  if (basic.length === all.length) return label;
  let out = String.fromCharCode(...basic);
  if (basic.length > 0) out += '-';
  let [n, delta, bias, done] = [128, 0, 72, basic.length];
  while (done < all.length) {
    const next = Math.min(...all.filter((point) => point >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of all) {
      if (point < n) delta += 1;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = Math.min(Math.max(k - bias, T_MIN), T_MAX);
        if (q < t) break;
        out += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      out += digit(q);
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done += 1;
    }
    delta += 1;
    n += 1;
  }
  return `xn--${out}`;
}

/** Letters of scripts that hold twins of Latin ones. */
const LOOK_ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Coptic}]/u;
const LATIN = /\p{Script=Latin}/u;
/** Chinese, Japanese and Korean are written in several scripts at once. */
const SCRIPTS = [
  LATIN,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Thai}/u,
];

/** Whether a label says what it seems to say: one script, and none whose letters look like Latin ones. */
function isHonest(label: string): boolean {
  if (LOOK_ALIKE.test(label) || /[^\p{L}\p{M}\p{N}-]/u.test(label)) return false;
  return SCRIPTS.filter((script) => script.test(label)).length <= 1;
}

/** A host name as it is shown: in its own letters where they cannot be mistaken, else as the network knows it. */
export function shownHost(host: string): string {
  return host
    .toLowerCase()
    .split('.')
    .map((label) => (isHonest(label) ? label : toAscii(label.normalize('NFKC').toLowerCase())))
    .join('.');
}
