import type { Calling, Role } from '../../api/types';
import { missed } from '../../state/outcome.pure';
import type { Words } from '..';
import type { FinishedCall } from '../en/call-words.pure';
import { at, count, forms, LOCALE, name, time } from './number.pure';

/** A box of the audience, after "the people …" or alone. */
const boxes = {
  address_book: 'الأشخاص في دفتر عناوينك',
  following: 'الأشخاص في قائمة متابعتك',
  verified: 'الأشخاص الموثّقين',
  everyone: 'الجميع',
};

const kinds = { audio: 'مكالمة صوتية', video: 'مكالمة فيديو' };
const missedKinds = { audio: 'مكالمة صوتية فائتة', video: 'مكالمة فيديو فائتة' };
const missedCalls = forms('مكالمة فائتة واحدة', 'مكالمتان فائتتان', 'مكالمات فائتة', 'مكالمة فائتة');

/** How it turned out, without its kind. Nothing for a missed call: that is said first. */
function outcome(role: Role, call: FinishedCall): string {
  switch (call.outcome) {
    case 'answered':
      return time.length(call.seconds);
    case 'declined':
      return 'مرفوضة';
    case 'failed':
      return 'لم تتصل';
    case 'cancelled':
      return role === 'caller' ? 'ملغاة' : '';
    case 'no_answer':
    case 'busy':
      // To who called, busy is no answer (C-15).
      return role === 'caller' ? 'لا رد' : '';
  }
}

export function callInWords(role: Role, call: FinishedCall): string {
  if (missed(role, call.outcome)) return missedKinds[call.kind];
  return `${kinds[call.kind]}، ${outcome(role, call)}`;
}

/** Who can call now, in one sentence. */
function whoCanCall(calling: Calling): string {
  if (!calling.enabled) return 'لا يمكن لأحد الاتصال بك الآن.';
  const { address_book, following, verified, everyone } = calling.audience;
  if (everyone) return 'يمكن لكل من وصلته رسالة منك الاتصال بك الآن.';
  const groups = [address_book && boxes.address_book, following && boxes.following, verified && boxes.verified].filter(
    (group) => group !== false,
  );
  if (groups.length === 0) return 'لا يمكن لأحد الاتصال بك الآن، لأنه لا خيار محدد.';
  return `يمكن الاتصال بك الآن من ${new Intl.ListFormat(LOCALE).format(groups)}، بعد أن تصلهم رسالة منك.`;
}

export const calls: Words['calls'] = {
  title: 'المكالمات',
  call: 'اتصال',
  menu: 'اتصال',
  audio: 'مكالمة صوتية',
  video: 'مكالمة فيديو',
  back: 'معاودة الاتصال',
  backTo: (who) => `معاودة الاتصال: ${name(who)}`,
  again: 'الاتصال مجددًا',
  firstMessage: (handle) => `يجب أن تصلك رسالة من ${at(handle)} أولًا`,
  blocked: (handle) => `لديك حظر على ${at(handle)}`,
  missed: 'فائتة',
  incoming: 'واردة',
  outgoing: 'صادرة',
  more: 'عرض المكالمات الأقدم',
  moreAbout: (who) => `المزيد عن المكالمة مع ${name(who)}`,
  filters: 'المكالمات المعروضة',
  shown: { all: 'الكل', missed: 'الفائتة', incoming: 'الواردة', outgoing: 'الصادرة' },
  asAudio: 'مكالمة صوتية',
  asVideo: 'مكالمة فيديو',
  message: 'كتابة رسالة',
  leaveVoice: 'ترك رسالة صوتية',
  remove: 'حذف من هذه القائمة',
  removed: 'حُذفت المكالمة من قائمتك.',
  removeAll: 'حذف كل المكالمات',
  removedAll: 'حُذفت كل المكالمات من قائمتك.',
  missedNews: (number) => count(number, missedCalls),
  empty: {
    all: {
      title: 'لا توجد مكالمات بعد',
      text: 'تبدأ المكالمات من محادثة، بعلامة الهاتف في أعلاها.',
    },
    missed: {
      title: 'لا توجد مكالمات فائتة',
      text: 'تظهر هنا المكالمات التي رنّت ولم يُرَد عليها.',
    },
    incoming: {
      title: 'لا توجد مكالمات واردة',
      text: 'تظهر هنا المكالمات الواردة إليك. يمكن الاتصال بك ممن وصلتهم رسالة منك.',
    },
    outgoing: {
      title: 'لا توجد مكالمات صادرة',
      text: 'تبدأ المكالمات من محادثة، بعلامة الهاتف في أعلاها.',
    },
    go: 'إلى الرسائل',
  },
  unrung: {
    title: 'لم ترنّ',
    text: 'منعت إعداداتك هذه المكالمات من الرنين. سمع المتصلون رنينًا ثم رأوا «لا رد».',
    empty: 'لا شيء حتى الآن.',
    settings: 'من يمكنه الاتصال بك',
    reasons: {
      blocked: 'بينكما حظر',
      off: 'كانت المكالمات متوقفة',
      audience: 'ليس ضمن من يمكنهم الاتصال بك',
      do_not_disturb: 'كان وضع عدم الإزعاج مشغّلًا',
      exception: 'سبق تحديد منع الاتصال من هذا الحساب',
      limits: 'اتصالات متكررة كثيرة',
    },
    audio: 'مكالمة صوتية',
    video: 'مكالمة فيديو',
    limits: 'لم يُرَد على عدة مكالمات في وقت قصير، فمُنع رنين المزيد مدة ساعة. لا يلزم تغيير شيء.',
    rings: (handle) => `يمكن الاتصال بك الآن من ${at(handle)}.`,
    moreAbout: (who) => `المزيد عن المكالمة من ${name(who)}`,
    removeAll: 'حذف كل ما لم يرنّ',
    removedAll: 'قائمة المكالمات التي لم ترنّ فارغة الآن.',
    remedies: {
      unblock: (handle) => `إلغاء حظر ${at(handle)}`,
      switch_on: () => 'تشغيل المكالمات',
      add: (handle) => `إضافة ${at(handle)} إلى دفتر عناوينك`,
      follow: (handle) => `متابعة ${at(handle)}`,
      lift: (handle) => `إزالة الاستثناء الخاص بـ${at(handle)}`,
      let_through: (handle) => `السماح برنين مكالمات ${at(handle)}`,
      allow: (box) => `السماح: ${boxes[box]}`,
      allowAdded: (handle) => `السماح لدفتر عناوينك، وفيه ${at(handle)}`,
    },
    done: {
      unblock: (handle) => `أُلغي حظر ${at(handle)}.`,
      switch_on: () => 'المكالمات مشغّلة.',
      add: (handle) => `أُضيف ${at(handle)} إلى دفتر عناوينك.`,
      follow: (handle) => `بدأت متابعة ${at(handle)}.`,
      lift: (handle) => `أُزيل الاستثناء الخاص بـ${at(handle)}.`,
      let_through: (handle) => `سترنّ مكالمات ${at(handle)} رغم عدم الإزعاج.`,
      allow: (box) => `سُمح بالاتصال: ${boxes[box]}.`,
    },
  },
  callInWords,
  callWithTime: (role, call, moment, zone) => {
    const said = callInWords(role, call);
    return call.outcome === 'answered' ? said : `${said}، ${time.clock(moment, zone)}`;
  },
  whoCanCall,
};
