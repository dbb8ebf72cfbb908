// Two hundred texts that have broken layouts, or tried to: what somebody may call oneself, and what somebody may write.
// Made, not collected, so that each is the same in every run.

const RLO = '\u202e';
const LRO = '\u202d';
const RLI = '\u2067';
const ZWJ = '\u200d';
const ZWSP = '\u200b';
const BOM = '\ufeff';
const MARKS = ['\u0300', '\u0316', '\u0301', '\u0317', '\u0489', '\u035d', '\u0345', '\u033f'];

const zalgo = (text, depth) =>
  [...text]
    .map((letter, at) => letter + Array.from({ length: depth }, (_, i) => MARKS[(at + i) % 8]).join(''))
    .join('');

/** Each makes a text of about so many characters. */
const KINDS = [
  (n) => 'W'.repeat(n),
  (n) => 'i'.repeat(n),
  (n) => 'Wi '.repeat(n / 3),
  (n) => `${RLO}${'evil.exe '.repeat(n / 9)}`,
  (n) => `${LRO}abc${RLI}שלום${'א'.repeat(n / 2)}`,
  (n) => `${'ع'.repeat(n / 2)} 123 ${'x'.repeat(n / 3)}`,
  (n) => `\u2069\u2069${'נ'.repeat(n / 2)}\u2068`,
  (n) => zalgo('zalgo'.repeat(n / 20 + 1), 3),
  (n) => zalgo('Z', n - 1),
  (n) => `👩${ZWJ}`.repeat(n / 2),
  (n) => `👩${ZWJ}👩${ZWJ}👧${ZWJ}👦`.repeat(n / 7),
  (n) => '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'.repeat(n / 7),
  (n) => '🇨🇭🇪'.repeat(n / 3),
  (n) => '❤\ufe0f\ufe0e'.repeat(n / 3),
  (n) => `a${ZWSP}b${BOM}`.repeat(n / 4),
  (n) => `${'\u3164'.repeat(n / 2)}x`,
  (n) => `\u00a0\u2003\u2000x${'\u2003'.repeat(n / 2)}y`,
  (n) => `<script>window.ran = true</script>${'<'.repeat(n / 3)}`,
  (n) => `<img src=x onerror="window.ran=true">${'&lt;'.repeat(n / 8)}`,
  (n) => `"><svg/onload=window.ran=1>${'"'.repeat(n / 4)}`,
  () => 'javascript:window.ran=true//https://x.example',
  (n) => `{{constructor}}$\u007bwindow.ran=1\u007d${'%s%n'.repeat(n / 8)}`,
  (n) => '　全角文字　'.repeat(n / 6),
  (n) => '龘'.repeat(n),
  (n) => 'กำ่ำ่ำ'.repeat(n / 6),
  (n) => 'நிலைக்குட்படுத்து'.repeat(n / 17 + 1),
  (n) => '﷽'.repeat(n / 2),
  (n) => '𒐫𒈙⸻꧅'.repeat(n / 5),
  (n) => 'ꙮ҈'.repeat(n / 2),
  (n) => `Donaudampfschifffahrts${'gesellschaft'.repeat(n / 12)}`,
  (n) => 'a\nb\r\nc\u2028d\u2029'.repeat(n / 9 + 1),
  (n) => 'a\tb\u000bc\u000c'.repeat(n / 6 + 1),
  (n) => '✔ ☑ ✅ 🗸 '.repeat(n / 9 + 1),
  (n) => 'ｖｅｒｉｆｉｅｄ'.repeat(n / 8),
  (n) => '/'.repeat(n),
  (n) => '-'.repeat(n),
  (n) => `https://${'long.'.repeat(n / 5)}example/`,
  (n) => '_'.repeat(n),
  (n) => '@'.repeat(n),
  (n) => `${'('.repeat(n / 2)}${')'.repeat(n / 2)}`,
];

/** As many texts as there are kinds, five times, each shorter than the last ones' bound. */
const five = (lengths) => lengths.flatMap((length) => KINDS.map((kind) => kind(length)));

/** What somebody may try to be called: two hundred names, up to the bound of a name. */
export const NAMES = five([48, 40, 30, 20, 9]).map((name, at) => {
  const most = [...name].slice(0, 50).join('');
  // Some of these have nothing left once they are cleaned, and two that are alike are no two.
  return at % 7 === 3 ? [...`${at} ${most}`].slice(0, 50).join('') : most;
});

/** What somebody may write: two hundred messages, up to the bound of one. */
export const BODIES = five([3_900, 900, 300, 60, 9]).map((body) => [...body].slice(0, 4_000).join(''));
