import type { Words } from '..';
import { at, count, forms } from './number.pure';

const chosen = forms('رسالة واحدة مختارة', 'رسالتان مختارتان', 'رسائل مختارة', 'رسالة مختارة');
const messages = forms('رسالة واحدة', 'رسالتين', 'رسائل', 'رسالة');

export const reports: Words['reports'] = {
  action: 'إبلاغ',
  title: (handle) => `الإبلاغ عن ${at(handle)}؟`,
  lead: (handle) => `يقرأ البلاغ من يدير هذا الخادم، ولا يصل تنبيه به إلى ${at(handle)}.`,
  what: 'ما المشكلة؟',
  reasons: {
    spam: 'رسائل مزعجة أو إعلانات',
    harassment: 'إهانات أو تهديدات أو مضايقة',
    impersonation: 'انتحال شخصية',
    hate: 'كراهية أو عنف',
    sexual: 'محتوى جنسي غير مرغوب فيه',
    self_harm: 'خطر إيذاء النفس',
    other: 'شيء آخر',
  },
  noReason: 'يلزم اختيار المشكلة.',
  messages: 'الرسائل المرفقة',
  messagesHint: (value, most) =>
    value === 0
      ? `لا يرى المشغّل إلا الرسائل المختارة، حتى ${count(most, messages)}.`
      : `${count(value, chosen)}. لا يرى المشغّل غيرها.`,
  you: 'أنت',
  kinds: { voice: 'رسالة صوتية', picture: 'صورة', other: 'شيء بلا كلمات' },
  words: 'بكلماتك (اختياري)',
  block: (handle) => `حظر ${at(handle)} أيضًا`,
  send: 'إرسال البلاغ',
  tooMany: 'أُرسلت بلاغات كثيرة للتو. يمكن المحاولة بعد مدة.',
  thanks: 'شكرًا',
  next: (handle) => `ينظر الآن من يدير هذا الخادم في الأمر ويقرر بشأن ${at(handle)}. يظهر الرد في إعداداتك.`,
  alsoBlocked: (handle) => `تم حظر ${at(handle)} من الآن.`,
  see: 'عرض بلاغاتك',
  page: 'بلاغاتك',
  pageHint: 'ما أبلغت به المشغّل، والردود',
  none: {
    title: 'لا توجد بلاغات',
    text: 'يمكن الإبلاغ عن شخص من ملفه الشخصي عندما لا يكون سلوكه هنا كما ينبغي.',
  },
  open: 'قيد النظر',
  answered: 'تم الرد',
  closed: 'انتهى',
  answer: 'رد المشغّل',
  withMessages: (value) => `مع ${count(value, messages)}`,
  warning: {
    title: 'ممن يدير هذا الخادم',
    read: 'قرأت هذا',
  },
};
