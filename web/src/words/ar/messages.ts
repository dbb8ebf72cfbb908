import type { Code } from '../../api/types';
import type { Words } from '..';
import { at, count, forms, inSeconds, ltr, name, number } from './number.pure';

const unread = forms('رسالة واحدة غير مقروءة', 'رسالتان غير مقروءتين', 'رسائل غير مقروءة', 'رسالة غير مقروءة');
const conversations = forms(
  'محادثة واحدة غير مقروءة',
  'محادثتان غير مقروءتين',
  'محادثات غير مقروءة',
  'محادثة غير مقروءة',
);
const characters = forms('حرف واحد', 'حرفان', 'أحرف', 'حرفًا', 'حرف');
const extra = forms('حرف زائد واحد', 'حرفان زائدان', 'أحرف زائدة', 'حرفًا زائدًا', 'حرف زائد');

export const messages: Words['messages'] = {
  title: 'الرسائل',
  settings: 'إعدادات المكالمات',
  compose: 'رسالة جديدة',
  unread: (value) => (value >= 100 ? '100 رسالة غير مقروءة أو أكثر' : count(value, unread)),
  unreadBrief: (value) => (value >= 100 ? ltr(`${number(99)}+`) : number(value)),
  unreadList: (value) => count(value, conversations),
  voice: (length) => `رسالة صوتية، ${length}`,
  you: (text) => `أنت: ${name(text)}`,
  empty: {
    title: 'لا توجد رسائل بعد',
    text: 'يمكن البحث عن شخص بمعرّفه والكتابة إليه.',
  },
  none: {
    title: 'لم تُفتح محادثة بعد',
    text: 'يمكن اختيار واحدة، أو بدء محادثة جديدة مع شخص معروف المعرّف.',
  },
  finder: {
    title: 'رسالة جديدة',
    text: 'إلى من؟',
  },
  conversation: {
    with: (who) => `محادثة مع ${name(who)}`,
    first: (handle) => `هذه بداية محادثتك مع ${at(handle)}.`,
    unread: 'جديد',
    older: 'جارٍ تحميل الرسائل الأقدم',
    newer: 'جارٍ تحميل الرسائل الأحدث',
    newerFailed: 'تعذّر تحميل الرسائل الأحدث.',
    olderFailed: 'تعذّر تحميل الرسائل الأقدم.',
    newest: 'أحدث الرسائل',
    missing: {
      title: (handle) => `لا يوجد من معرّفه ${at(handle)}`,
      text: 'من السهل الخطأ في كتابة المعرّفات. يمكن البحث عن الشخص بالاسم.',
      find: 'البحث عن أشخاص',
    },
    yourself: {
      title: 'هذا معرّفك أنت',
      text: 'المحادثة تحتاج إلى اثنين.',
    },
    stranger: (handle) => `الحساب ${at(handle)} ليس في قائمة متابعتك، ولا يمكن الاتصال بك منه قبل أن تصله رسالة منك.`,
    blocked: (handle) => `لديك حظر على ${at(handle)}.`,
  },
  composer: {
    label: (handle) => `رسالة إلى ${at(handle)}`,
    placeholder: 'كتابة رسالة',
    send: 'إرسال',
    left: (value) => `المتبقي: ${count(value, characters)}`,
    over: (value) => count(value, extra),
  },
  voiceMessage: {
    from: (who, length) => `رسالة صوتية من ${name(who)}، ${length}`,
    own: (length) => `رسالتك الصوتية، ${length}`,
    play: 'تشغيل',
    pause: 'إيقاف مؤقت',
    place: 'الموضع في الرسالة',
    placeOf: (where, length) => `${where} من ${length}`,
    failed: 'تعذّر تشغيل هذه الرسالة.',
    progress: 'ما أُرسل حتى الآن',
  },
  recorder: {
    open: 'تسجيل رسالة صوتية',
    title: 'رسالة صوتية',
    notLoaded: 'تعذّر تحميل المسجّل. يُرجى التحقق من الاتصال ثم المحاولة مجددًا.',
    asking: 'في انتظار الميكروفون. قد يطلب المتصفح السماح باستخدامه.',
    started: 'جارٍ التسجيل.',
    recorded: 'تم التسجيل',
    left: (seconds) => `المتبقي: ${inSeconds(seconds)}`,
    nearEnd: 'المتبقي: 10 ثوانٍ.',
    stop: 'إيقاف التسجيل',
    ready: 'تم التسجيل. يمكن سماعه أو إرساله أو تجاهله.',
    preview: (length) => `تسجيلك، ${length}`,
    send: 'إرسال الرسالة الصوتية',
    discard: 'تجاهل',
    discarded: 'تم تجاهل التسجيل.',
    byCall: 'توقف التسجيل لأن مكالمة تحتاج إلى الميكروفون.',
    full: 'أطول مدة هي دقيقتان.',
    troubles: {
      denied: 'استخدام الميكروفون غير مسموح. يمكن السماح به في إعدادات الموقع بالمتصفح، ثم المحاولة مجددًا.',
      missing: 'لم يُعثر على ميكروفون. يمكن توصيل واحد، ثم المحاولة مجددًا.',
      busy: 'برنامج آخر يستخدم الميكروفون. يمكن إغلاقه، ثم المحاولة مجددًا.',
      insecure: 'لا تتيح المتصفحات الميكروفون إلا للصفحات عبر HTTPS.',
      unsupported: 'لا يمكن لهذا المتصفح تسجيل الصوت.',
      empty: 'لم يُسجَّل شيء. يمكن المحاولة مجددًا.',
      other: 'لم يبدأ الميكروفون. يمكن المحاولة مجددًا.',
    },
  },
  sending: 'جارٍ الإرسال…',
  waiting: 'في انتظار الاتصال',
  editWaiting: 'تعديل',
  notSent: 'لم تُرسل',
  notSentBecause: (code: Code): string => {
    if (code === 'you_blocked') return 'هذا الشخص محظور لديك';
    if (code === 'not_found') return 'لا يمكن مراسلة هذا الشخص';
    if (code === 'too_many') return 'رسائل كثيرة دفعة واحدة';
    if (code === 'too_large' || code === 'bad_input') return 'هذه الرسالة طويلة جدًا';
    return '';
  },
  retry: 'إعادة المحاولة',
  discard: 'تجاهل',
  said: (who, text) => `${name(who)}: ${name(text)}`,
  arrived: (who) => `رسالة جديدة من ${name(who)}`,
};
