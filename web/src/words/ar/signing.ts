import type { Words } from '..';
import type { Draft } from '../draft';
import { at } from './number.pure';

export const signing: Draft<Words['signing']> = {
  in: 'تسجيل الدخول',
  up: 'إنشاء حساب',
  lead: 'رسائل ومكالمات بين أشخاص يعرف بعضهم بعضًا بالمعرّف. بلا رقم هاتف.',
  handle: 'المعرّف',
  handleHint: 'حروف لاتينية وأرقام وشرطات سفلية، حتى 20. بهذا يُعثر عليك.',
  password: 'كلمة المرور',
  passwordHint: '8 أحرف على الأقل.',
  show: 'إظهار',
  hide: 'إخفاء',
  showRest: ' كلمة المرور',
  name: 'الاسم (اختياري)',
  nameHint: 'ما يراه الآخرون بجانب معرّفك.',
  new: 'لا حساب لديك؟',
  known: 'لديك حساب؟',
  badHandle: 'يتكون المعرّف من 1 إلى 20 من الحروف اللاتينية أو الأرقام أو الشرطات السفلية.',
  noPassword: 'يلزم إدخال كلمة المرور.',
  shortPassword: 'كلمة المرور 8 أحرف على الأقل.',
  longPassword: 'كلمة المرور هذه طويلة جدًا.',
  longName: 'الاسم 50 حرفًا على الأكثر.',
  taken: (handle) => `المعرّف ${at(handle)} محجوز. يمكن تجربة غيره.`,
};

export const asking: Draft<Words['asking']> = {
  title: 'من يمكنه الاتصال بك؟',
  text: 'تبدأ المكالمات من محادثة، على كل أجهزتك دفعة واحدة. يمكن تغيير ذلك في أي وقت من الإعدادات.',
  continue: 'متابعة',
};
