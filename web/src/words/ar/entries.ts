import type { Words } from '..';
import type { Draft } from '../draft';

export const entries: Draft<Words['entries']> = {
  menu: {
    open: 'المزيد عن هذا العنصر',
    copy: 'نسخ النص',
    deleteForMe: 'حذف لديّ',
  },
  copied: 'نُسخ النص.',
  notCopied: 'لم يسمح المتصفح بنسخ ذلك.',
  deletedForMe: 'حُذف لديك.',
};
