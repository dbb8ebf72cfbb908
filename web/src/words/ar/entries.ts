import type { Words } from '..';
import { name, time } from './number.pure';

export const entries: Words['entries'] = {
  inShort: (body) => {
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
  },
  edited: 'معدّلة',
  editedAt: (moment) => `عُدّلت ${moment}`,
  menu: {
    open: 'المزيد عن هذا العنصر',
    copy: 'نسخ النص',
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
};
