import type { Words } from '..';
import { at, count, forms, name, number } from './number.pure';

const all = forms('شخص واحد', 'شخصان', 'أشخاص', 'شخصًا', 'شخص');
const oblique = forms('شخص واحد', 'شخصين', 'أشخاص', 'شخصًا', 'شخص');

const people = (value: number, more: boolean) => (more ? `أكثر من ${count(value, oblique)}` : count(value, all));

export const calling: Words['calling'] = {
  preview: ({ people: can, now, quiet, more }) => {
    if (can === 0) return 'لا يمكن لأحد الاتصال بك الآن.';
    const who = people(can, more);
    if (!quiet) return `من يمكنهم الاتصال بك الآن: ${who}.`;
    return now === 0
      ? `وضع عدم الإزعاج مشغّل، فلا يرنّ اتصال أحد الآن. ومن دونه: ${who}.`
      : `وضع عدم الإزعاج مشغّل. من ترنّ مكالماتهم رغم ذلك: ${number(now)} من ${count(can, oblique)}.`;
  },
  counting: 'جارٍ العد…',
  ofThem: 'يشمل العدد من وصلتهم رسالة منك.',
  box: (value, more) => `يشمل الآن ${more ? people(value, true) : count(value, oblique)}.`,
  addShort: 'إضافة',
  exceptions: 'استثناءات',
  exceptionsText: 'تسبق الخيارات أعلاه لشخص بعينه، ولا يصل تنبيه بها إلى أحد.',
  rules: { always: 'دائمًا', never: 'أبدًا' },
  lists: {
    always: {
      title: 'يمكنهم الاتصال دائمًا',
      text: 'حتى إن لم يشملهم أي خيار، بعد أن تصلهم رسالة منك. ويبقى عدم الإزعاج ساريًا.',
      none: 'لا أحد حتى الآن.',
      add: 'إضافة من يمكنه الاتصال دائمًا',
    },
    never: {
      title: 'لا يمكنهم الاتصال أبدًا',
      text: 'يبدو لهم كأنه لا رد. وتظل رسائلهم تصلك.',
      none: 'لا أحد حتى الآن.',
      add: 'إضافة من لا يمكنه الاتصال أبدًا',
    },
  },
  remove: (who) => `إزالة الاستثناء الخاص بـ${name(who)}`,
  set: {
    always: (handle) => `يمكن الاتصال بك دائمًا من ${at(handle)}.`,
    never: (handle) => `لا يمكن الاتصال بك أبدًا من ${at(handle)}.`,
  },
  unset: (handle) => `أُزيل الاستثناء الخاص بـ${at(handle)}.`,
  calls: 'المكالمات من هذا الحساب',
  byBoxes: 'حسب إعداداتك',
};

export const asks: Words['asks'] = {
  ask: (handle) => `طلب رسالة من ${at(handle)}`,
  asked: 'تم الطلب',
  again: (handle) => `طُلبت رسالة من ${at(handle)}. يمكن الطلب مجددًا بعد أسبوع.`,
  title: 'يودون الاتصال بك',
  text: 'يمكنهم الاتصال بك بعد أن تصلهم رسالة منك. ولا يصلهم تنبيه بأنك رأيت هذا.',
  hello: 'إلقاء التحية',
  helloText: 'مرحبًا! 👋',
  said: (handle) => `أُرسلت رسالة إلى ${at(handle)}.`,
  ignore: (who) => `تجاهل ${name(who)}`,
  ignored: (who) => `أُزيل طلب ${name(who)}. ولا يصل تنبيه بذلك.`,
};
