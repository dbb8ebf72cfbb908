import type { Code, Quote } from '../../api/types';
import type { Words } from '..';
import { callInWords } from './calls';
import { LOCALE, name, time } from './number.pure';

/** What stands in a conversation, in one line. Calls have words of their own. */
const inShort: Words['entries']['inShort'] = (body) => {
  switch (body.type) {
    case 'message':
      return body.text;
    case 'voice':
      return `رسالة صوتية، ${time.length(body.seconds)}`;
    case 'picture':
      return body.text == null ? 'صورة' : `صورة: ${name(body.text)}`;
    case 'deleted':
      return 'حُذفت هذه الرسالة';
  }
};

/** What another message answers, in one line. */
function quoted({ from, body }: Quote, me: string): string {
  if (body.type === 'call') return callInWords(from === me ? 'caller' : 'callee', body);
  return body.type === 'deleted' ? 'رسالة محذوفة' : inShort(body);
}

const list = new Intl.ListFormat(LOCALE);

export const entries: Words['entries'] = {
  inShort,
  quoted,
  by: (who, when) => `${name(who)}، ${when}`,
  edited: 'معدّلة',
  editedAt: (moment) => `عُدّلت ${moment}`,
  menu: {
    open: 'المزيد عن هذا العنصر',
    copy: 'نسخ النص',
    reply: 'رد',
    edit: 'تعديل',
    deleteForMe: 'حذف لديّ',
    deleteForBoth: 'حذف لدى الطرفين',
  },
  copied: 'نُسخ النص.',
  notCopied: 'لم يسمح المتصفح بنسخ ذلك.',
  deletedForMe: 'حُذف لديك.',
  deletedForBoth: 'حُذف لدى الطرفين.',
  editing: {
    title: 'تعديل الرسالة',
    save: 'حفظ',
    cancel: 'إلغاء التعديل',
    notSaved: (why) => `لم تتغير: ${why}`,
    saved: 'تغيرت الرسالة.',
  },
  reply: {
    title: (who) => `رد على ${name(who)}`,
    yourself: 'رد على رسالتك',
    cancel: 'إلغاء الرد',
    answers: (who, said) => (who === undefined ? `ردًا على: ${name(said)}` : `ردًا على ${name(who)}: ${name(said)}`),
    notFound: 'لم تعد تلك الرسالة هنا.',
  },
  reactions: {
    title: 'التفاعلات',
    choose: 'اختيار تفاعل',
    with: (emoji) => `تفاعل بـ${emoji}`,
    takeBack: (emoji) => `سحب ${emoji}`,
    more: 'المزيد من الرموز',
    type: 'أو كتابة رمز تعبيري',
    use: 'تفاعل',
    none: 'هذا ليس رمزًا تعبيريًا واحدًا.',
    you: 'أنت',
    by: (emoji, who) => `${emoji} ${list.format(who.map(name))}`,
  },
  pictures: {
    choose: 'إرسال صورة',
    chosen: 'الصورة المراد إرسالها',
    alt: 'وصف الصورة',
    altHint: 'لمن لا يرونها.',
    caption: 'إضافة تعليق',
    remove: 'إزالة الصورة',
    send: 'إرسال الصورة',
    drop: 'إفلات الصورة لإرسالها',
    bad: 'تعذّر فتح هذه الصورة. يمكن إرسال JPEG وPNG وWebP.',
    own: (alt) => (alt === undefined ? 'صورتك' : `صورتك: ${name(alt)}`),
    from: (who, alt) => (alt === undefined ? `صورة من ${name(who)}` : `صورة من ${name(who)}: ${name(alt)}`),
    open: (label) => `فتح ${label}`,
    loading: 'جارٍ تحميل الصورة',
    failed: 'تعذّر تحميل الصورة.',
    withheld: 'تظهر الصور بعد قبول الطلب.',
    progress: 'ما أُرسل حتى الآن',
    stop: 'إيقاف الإرسال',
    larger: 'تكبير',
    smaller: 'تصغير',
    save: 'حفظ الصورة',
    file: (handle, seq) => `birdcall-${handle}-${seq}.jpg`,
    notSent: (code: Code | 'unreachable'): string => {
      if (code === 'bad_picture') return 'تعذّرت قراءة هذه الصورة';
      if (code === 'too_large') return 'هذه الصورة كبيرة جدًا';
      if (code === 'full') return 'أُرسلت صور كثيرة. يلزم حذف بعضها أولًا';
      if (code === 'unreachable') return 'تعذّر الوصول إلى الخادم';
      if (code === 'too_many') return 'صور كثيرة دفعة واحدة';
      return '';
    },
  },
};
