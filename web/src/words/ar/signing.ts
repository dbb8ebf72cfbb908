import type { Words } from '..';
import { at, name } from './number.pure';

export const signing: Words['signing'] = {
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
  or: 'أو',
  withPasskey: 'الدخول بمفتاح مرور',
  passkeyUnable: 'لم يتمكن هذا المتصفح من استخدام مفتاح مرور هنا.',
  withProvider: (provider) => `المتابعة عبر ${name(provider)}`,
  denied: (provider) => `أُلغي الدخول عبر ${name(provider)}.`,
  provider: 'الجهة التي فيها حسابك',
  newcomer: {
    title: 'اختيار معرّفك',
    lead: (provider) => `تم الدخول عبر ${name(provider)}. بهذا المعرّف يُعثر عليك هنا.`,
    go: 'إنشاء حساب',
  },
  closed: 'إنشاء الحسابات مغلق على هذا الخادم.',
  new: 'لا حساب لديك؟',
  known: 'لديك حساب؟',
  badHandle: 'يتكون المعرّف من 1 إلى 20 من الحروف اللاتينية أو الأرقام أو الشرطات السفلية.',
  noPassword: 'يلزم إدخال كلمة المرور.',
  shortPassword: 'كلمة المرور 8 أحرف على الأقل.',
  longPassword: 'كلمة المرور هذه طويلة جدًا.',
  longName: 'الاسم 50 حرفًا على الأكثر.',
  taken: (handle) => `المعرّف ${at(handle)} محجوز. يمكن تجربة غيره.`,
};

export const asking: Words['asking'] = {
  title: 'من يمكنه الاتصال بك؟',
  text: 'تبدأ المكالمات من محادثة، على كل أجهزتك دفعة واحدة. يمكن تغيير ذلك في أي وقت من الإعدادات.',
  continue: 'متابعة',
};
