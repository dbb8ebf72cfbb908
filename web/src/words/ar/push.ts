// The words about rings on a device whose app is closed.
import type { Words } from '..';
import type { Draft } from '../draft';
import { app } from './app';

export const push: Draft<Words['push']> = {
  title: 'الرنين على هذا الجهاز عند إغلاق Birdcall',
  off: 'تصل المكالمات والرسائل إلى هنا كإشعارات، حتى عندما لا يكون Birdcall مفتوحًا.',
  on: 'تصل المكالمات والرسائل إلى هذا الجهاز عند إغلاق Birdcall.',
  turnOn: 'تشغيل',
  turnOff: 'إيقاف',
  later: 'ليس الآن',
  unable: 'لا توجد إشعارات في هذا المتصفح. ترنّ المكالمات هنا عندما يكون Birdcall مفتوحًا.',
  insecure: 'تحتاج الإشعارات إلى اتصال آمن (HTTPS). ترنّ المكالمات هنا عندما يكون Birdcall مفتوحًا.',
  blocked: {
    text: 'إشعارات Birdcall محظورة في هذا المتصفح، فلا يرنّ شيء هنا عند إغلاقه.',
    how: 'من العلامة بجانب عنوان الصفحة تُفتح إعدادات الموقع، وهناك يُسمح بالإشعارات، ثم تكون العودة إلى هنا.',
    phone: 'يمكن السماح بإشعارات Birdcall من قسم الإشعارات في إعدادات الهاتف.',
  },
  home: {
    text: 'على iPhone وiPad ترنّ المكالمات عندما يكون Birdcall على الشاشة الرئيسية:',
    steps: [
      'الضغط على «مشاركة» في Safari',
      'اختيار «إضافة إلى الشاشة الرئيسية»',
      'فتح Birdcall من هناك والعودة إلى هنا',
    ],
  },
  install: 'تثبيت Birdcall',
  installHint: 'تطبيق مستقل، بأيقونته بين التطبيقات.',
  trouble: (why) => {
    if (why === 'no_service') return 'لم يتم التشغيل: لم تستجب خدمة الإشعارات في هذا المتصفح. يمكن المحاولة لاحقًا.';
    return `لم يتغير شيء. ${app.errors?.[why] ?? ''}`;
  },
};
