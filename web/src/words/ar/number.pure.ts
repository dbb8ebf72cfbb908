// Numbers, times and names in an Arabic sentence.
import { inRtl, ltrInRtl } from '../bidi.pure';
import { timeIn } from '../time.pure';

/**
 * Which digits numbers have, everywhere: `latn` is 0123, `arab` is ٠١٢٣. Latin ones, because handles and the addresses
 * of servers have no others, and two kinds on one page read badly.
 */
const DIGITS = 'latn';

/** Days, months and lists as Arabic has them. */
export const LOCALE = `ar-u-nu-${DIGITS}`;

const rules = new Intl.PluralRules(LOCALE);
const plain = new Intl.NumberFormat(LOCALE);
const shares = new Intl.NumberFormat(LOCALE, { style: 'percent' });

/** A number in digits. */
export const number = (value: number): string => plain.format(value);

/** A share of one, in percent. */
export const percent = (share: number): string => shares.format(share);

/** The forms that Arabic counts with. The dual and the singular say their number themselves. */
export interface Forms {
  readonly zero?: string;
  readonly one: string;
  readonly two: string;
  /** 3 to 10, as "{n} رسائل". */
  readonly few: (n: string) => string;
  /** 11 to 99, as "{n} رسالة". */
  readonly many: (n: string) => string;
  /** 100 and more. */
  readonly other: (n: string) => string;
}

/** So many of something. */
export function count(value: number, forms: Forms): string {
  const n = number(value);
  switch (rules.select(value)) {
    case 'zero':
      return forms.zero ?? forms.other(n);
    case 'one':
      return forms.one;
    case 'two':
      return forms.two;
    case 'few':
      return forms.few(n);
    case 'many':
      return forms.many(n);
    case 'other':
      return forms.other(n);
  }
}

/** The same word after 11 and after 100, which holds for most. */
export const forms = (one: string, two: string, few: string, many: string, other = many): Forms => ({
  one,
  two,
  few: (n) => `${n} ${few}`,
  many: (n) => `${n} ${many}`,
  other: (n) => `${n} ${other}`,
});

const seconds = forms('ثانية واحدة', 'ثانيتان', 'ثوانٍ', 'ثانية');
const minutes = forms('دقيقة واحدة', 'دقيقتان', 'دقائق', 'دقيقة');
const hours = forms('ساعة واحدة', 'ساعتان', 'ساعات', 'ساعة');
const minutesAgo = forms('دقيقة واحدة', 'دقيقتين', 'دقائق', 'دقيقة');
const hoursAgo = forms('ساعة واحدة', 'ساعتين', 'ساعات', 'ساعة');

export const inSeconds = (value: number): string => count(value, seconds);

export const time = timeIn({
  locale: LOCALE,
  today: 'اليوم',
  yesterday: 'أمس',
  justNow: 'الآن',
  minutesAgo: (value) => `قبل ${count(value, minutesAgo)}`,
  hoursAgo: (value) => `قبل ${count(value, hoursAgo)}`,
  seconds: inSeconds,
  minutes: (value) => count(value, minutes),
  hours: (value) => count(value, hours),
  both: (long, short) => `${long} و${short}`,
});

/** Somebody's name or words. */
export const name = inRtl;

/** What is read from left to right. */
export const ltr = ltrInRtl;

/** A handle, from left to right as it is typed. */
export const at = (handle: string): string => ltrInRtl(`@${handle}`);
