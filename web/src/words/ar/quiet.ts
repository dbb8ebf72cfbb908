import type { Words } from '..';
import { dateOf } from '../time.pure';
import { at, name, time } from './number.pure';

const { ahead, clock } = time;

export const quiet: Words['quiet'] = {
  title: 'عدم الإزعاج',
  mark: (standing) => `عدم الإزعاج: ${standing}`,
  switch: 'عدم الإزعاج',
  switchHint: 'لا ترنّ المكالمات على أي من أجهزتك. ويبدو للمتصل كأنك غير متاح الآن.',
  span: 'المدة',
  schedule: 'حسب جدول',
  scheduleHint: 'يبدأ وينتهي تلقائيًا، أسبوعًا بعد أسبوع.',
  from: 'من',
  until: 'إلى',
  nextDay: 'اليوم التالي',
  days: 'أيام البدء',
  everyNight: 'كل ليلة',
  everyDay: 'كل يوم',
  dayNames: ['الاثنين', 'الثلاثاء', 'الأربعاء', 'الخميس', 'الجمعة', 'السبت', 'الأحد'],
  shortDays: ['اثنين', 'ثلاثاء', 'أربعاء', 'خميس', 'جمعة', 'سبت', 'أحد'],
  sameTime: 'لم يُحفظ. وقت البدء ووقت الانتهاء متطابقان.',
  noDay: 'لم يُحفظ. يلزم اختيار يوم واحد على الأقل، أو إيقاف الجدول.',
  noTime: 'لم يُحفظ. يلزم إدخال الوقتين.',
  zone: (zone) => `حسب توقيت ${name(zone)}.`,
  otherZone: (zone, here) => `حسب توقيت ${name(zone)}، وهذا الجهاز في ${name(here)}.`,
  takeZone: (here) => `استخدام ${name(here)}`,
  utc: 'التوقيت العالمي',
  people: 'من ترنّ مكالماتهم رغم ذلك',
  peopleText: 'ترنّ مكالماتهم على أي حال، ولا يصلهم تنبيه بذلك.',
  nobody: 'لا أحد حتى الآن.',
  add: 'إضافة شخص',
  addTitle: 'مكالمات من يمكن أن ترنّ؟',
  remove: 'إزالة',
  removeOf: (who) => `إزالة ${name(who)}`,
  added: (handle) => `سترنّ مكالمات ${at(handle)} رغم عدم الإزعاج.`,
  removed: (handle) => `لم تعد مكالمات ${at(handle)} ترنّ أثناء عدم الإزعاج.`,
  breaksThrough: 'الرنين رغم عدم الإزعاج',
  breaksThroughHint: 'ترنّ المكالمات من هذا الحساب حتى أثناء عدم الإزعاج، ولا يصله تنبيه بذلك.',
  inBrief: ({ on, until, begins }, here) => {
    if (on) return until === undefined ? 'مشغّل' : `مشغّل حتى ${ahead(until, here)}`;
    return begins === undefined ? 'متوقف' : `متوقف، يبدأ ${ahead(begins, here)}`;
  },
  inWords: ({ on, until, begins }, here) => {
    if (!on)
      return begins === undefined
        ? 'متوقف. ترنّ المكالمات.'
        : `متوقف الآن. ترنّ المكالمات. يبدأ ${ahead(begins, here)} حسب الجدول.`;
    const end = until === undefined ? 'حتى إيقافه' : `حتى ${ahead(until, here)}`;
    return `مشغّل الآن، ${end}. لا ترنّ المكالمات، ولا يتلقى المتصلون ردًا.`;
  },
  spanInWords: ({ span, until }, here, ends) => {
    switch (span) {
      case 'open':
        return 'حتى إيقافه';
      case 'hour':
        return ends === undefined ? 'مدة ساعة' : `مدة ساعة، حتى ${clock(ends, here.zone)}`;
      case 'evening':
        return `حتى هذا المساء (${clock(until ?? 0, here.zone)})`;
      case 'morning': {
        const today = dateOf(until ?? 0, here.zone) === dateOf(here.now, here.zone);
        return `حتى ${today ? 'هذا الصباح' : 'صباح الغد'} (${clock(until ?? 0, here.zone)})`;
      }
    }
  },
};
