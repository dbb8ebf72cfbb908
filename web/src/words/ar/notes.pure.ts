// What notifications say. They are read on lock screens, so they say who and what kind, and nothing that the caller
// made up (C-11).
import type { CallKind, RingStop } from '../../api/types';
import type { NoteWords } from '../notes.pure';
import { name, time } from './number.pure';

const kinds: Record<CallKind, string> = { audio: 'مكالمة صوتية', video: 'مكالمة فيديو' };

/** A withdrawn ring, where the system wants every push to show something. */
const stops: Record<RingStop, string> = {
  answered_elsewhere: 'تم الرد من جهاز آخر',
  declined_elsewhere: 'تم الرفض من جهاز آخر',
  cancelled: 'انتهت المكالمة',
  no_answer: 'انتهت المكالمة',
  not_allowed: 'انتهت المكالمة',
  failed: 'تعذّر إجراء المكالمة',
};

export const notes: NoteWords = {
  ring: (caller) => `مكالمة واردة من ${name(caller)}`,
  kind: (kind) => kinds[kind],
  answer: 'الرد',
  decline: 'رفض',
  stopped: (reason) => stops[reason],
  over: 'انتهت المكالمة',
  missed: (caller) => `مكالمة فائتة من ${name(caller)}`,
  voice: (seconds) => `رسالة صوتية، ${time.stopwatch(seconds)}`,
  message: 'رسالة جديدة',
  picture: 'صورة',
  gone: 'حُذفت هذه الرسالة',
  test: {
    title: 'تجربة رنين',
    body: 'ترنّ المكالمات على هذا الجهاز حتى عند إغلاق Birdcall.',
    late: 'وصلت التجربة بعد فوات الأوان. أخّرها النظام أو الشبكة.',
  },
  notDeclined: 'لم تُرفض المكالمة: تعذّر الوصول إلى Birdcall',
  unknown: 'هناك جديد في Birdcall',
};
