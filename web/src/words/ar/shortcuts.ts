import type { Words } from '..';

export const shortcuts: Words['shortcuts'] = {
  title: 'اختصارات لوحة المفاتيح',
  hint: 'ما يفعله كل مفتاح',
  actions: {
    next: 'المحادثة التالية',
    previous: 'المحادثة السابقة',
    compose: 'رسالة جديدة، أو الانتقال إلى شخص',
    search: 'البحث',
    messages: 'إلى الرسائل',
    calls: 'إلى المكالمات',
    people: 'إلى الأشخاص',
    settings: 'إلى الإعدادات',
    back: 'رجوع',
    help: 'هذه القائمة',
    mute: 'كتم الصوت أو إلغاء الكتم',
    camera: 'تشغيل الكاميرا أو إيقافها',
  },
  places: { app: 'في كل مكان', call: 'أثناء مكالمة' },
  or: 'أو',
  after: 'ثم',
};
