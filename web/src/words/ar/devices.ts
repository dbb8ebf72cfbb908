import type { PushState } from '../../api/types';
import type { Push, Verdict } from '../../state/ring-test.pure';
import type { Words } from '..';
import { inSeconds, name } from './number.pure';

const push: Record<PushState, (place: string) => string> = {
  off: (place) => `يرنّ فقط عندما يكون Birdcall مفتوحًا ${place}.`,
  untried: () => 'الإشعارات مشغّلة، ولم تلزم بعد.',
  reached: () => 'يرنّ حتى عند إغلاق Birdcall.',
  failing: (place) => `لا تصل الإشعارات. يرنّ فقط عندما يكون Birdcall مفتوحًا ${place}.`,
};

const notShown =
  'استلمتها خدمة الإشعارات، لكن هذا الجهاز لم يعرضها. يُرجى التحقق من السماح بالإشعارات في إعدادات النظام.';

/** What to do so that it rings with Birdcall closed. */
const closed: Record<Push, string> = {
  off: 'مع تشغيل الإشعارات سيرنّ حتى عند إغلاق Birdcall.',
  taken: `قد لا يرنّ عند إغلاقه. ${notShown}`,
  refused: 'لا يرنّ عند إغلاقه: رفضت خدمة الإشعارات. يمكن إيقاف الإشعارات على الجهاز ثم تشغيلها مجددًا.',
  away: 'قد لا يرنّ عند إغلاقه: لم تستجب خدمة الإشعارات لهذا الخادم. يمكن المحاولة لاحقًا.',
};

/** What to do so that it rings at all. */
const silent: Record<Push, string> = {
  off: 'يلزم فتح Birdcall عليه أو تشغيل الإشعارات.',
  taken: notShown,
  refused: 'رفضت خدمة الإشعارات. يمكن فتح Birdcall عليه، ثم إيقاف الإشعارات وتشغيلها مجددًا.',
  away: 'لم تستجب خدمة الإشعارات لهذا الخادم. يمكن المحاولة لاحقًا.',
};

function verdict(found: Verdict): { readonly says: string; readonly remedy?: string } {
  switch (found.kind) {
    case 'counting':
      return { says: `يرنّ بعد ${inSeconds(found.seconds)}.` };
    case 'ringing':
      return { says: 'في انتظار الجهاز…' };
    case 'rings_closed':
      return { says: 'يرنّ، حتى عند إغلاق Birdcall.' };
    case 'rings_open':
      return { says: 'يرنّ عندما يكون Birdcall مفتوحًا.', remedy: closed[found.closed] };
    case 'silent': {
      const stuck = found.app && found.closed === 'off';
      return {
        says: 'لم يرنّ.',
        remedy: stuck
          ? 'التطبيق Birdcall مفتوح لكنه لم يعرض الرنين. يمكن إعادة تحميله على الجهاز ثم المحاولة مجددًا.'
          : silent[found.closed],
      };
    }
    case 'lost':
      return { says: 'لم تُجرَ التجربة. يمكن المحاولة مجددًا.' };
  }
}

export const devices: Words['devices'] = {
  title: 'الأجهزة',
  text: 'ترنّ المكالمات على كل جهاز غير صامت.',
  current: 'هذا الجهاز',
  connected: 'متصل',
  seen: (when) => `آخر ظهور ${when}`,
  around: (city) => `بالقرب من ${name(city)}`,
  outAll: 'تسجيل الخروج من كل مكان آخر',
  outAllTitle: 'تسجيل الخروج من كل مكان آخر؟',
  outAllText: 'يُسجّل خروج كل أجهزتك الأخرى فورًا، ويبقى دخولك هنا.',
  outAllDone: 'تم تسجيل خروج كل الأجهزة الأخرى.',
  since: (when) => `تسجيل الدخول ${when}`,
  signOut: 'تسجيل الخروج',
  signOutOf: (device) => `تسجيل خروج ${name(device)}`,
  signedOut: (device) => `تم تسجيل خروج ${name(device)}.`,
  unnamed: 'جهاز بلا اسم',
  others: 'الأجهزة الأخرى',
  alone: 'لا يوجد تسجيل دخول على جهاز آخر.',
  rename: (device) => `إعادة تسمية ${name(device)}`,
  name: 'اسم الجهاز',
  save: 'حفظ',
  push: (state, current) => push[state](current ? 'هنا' : 'عليه'),
  silence: 'إسكات هذا الجهاز',
  silenceHint: 'لا ترنّ عليه المكالمات والرسائل ولا تظهر.',
  isSilenced: 'صامت: لا تصله المكالمات.',
  test: {
    start: 'تجربة رنين بعد 10 ثوانٍ',
    startOf: (device) => `تجربة رنين بعد 10 ثوانٍ: ${name(device)}`,
    title: (when) => `تجربة رنين، ${when}`,
    after: (seconds) => `بعد ${seconds} ث`,
    silenced: 'يرنّ في التجربة رغم إسكاته.',
    marks: { good: 'تم', bad: 'فشل', none: 'غير متاح' },
    steps: {
      scheduled: 'طُلبت',
      scheduled_app: 'طُلبت',
      scheduled_push: 'طُلبت',
      sent_app: 'أُرسلت إلى التطبيق المفتوح',
      sent_push: 'أُرسلت إلى خدمة الإشعارات',
      accepted_app: 'استلمها التطبيق المفتوح',
      accepted_push: 'استلمتها خدمة الإشعارات',
      refused_app: 'رفضها التطبيق المفتوح',
      refused_push: 'رفضتها خدمة الإشعارات',
      unreachable_app: 'التطبيق Birdcall غير مفتوح',
      unreachable_push: 'الإشعارات غير مشغّلة',
      away_push: 'لم تستجب خدمة الإشعارات',
      shown_app: 'رنّ التطبيق المفتوح',
      shown_push: 'ظهر الإشعار',
      opened_app: 'تم الضغط عليه في التطبيق',
      opened_push: 'تم الضغط على الإشعار',
    },
    verdict,
    ring: {
      title: 'تجربة رنين: لا أحد يتصل',
      text: 'هكذا ترنّ المكالمات هنا.',
      works: 'يعمل',
      close: 'إغلاق',
      silent: 'المتصفح يكتم الرنين. يُسمع بعد الضغط في أي مكان.',
    },
  },
};
