/** Passkeys, and what shows that somebody is still who signed in. */
import type { Words } from '..';
import type { Draft } from '../draft';
import { name } from './number.pure';

export const waysIn: Draft<Words['waysIn']> = {
  passkeys: 'مفاتيح المرور',
  passkeysHint: 'تسجيل الدخول بالإصبع أو الوجه أو رمز الجهاز بدلًا من كلمة المرور.',
  none: 'لا يوجد مفتاح مرور لديك بعد.',
  noName: 'لا تعمل مفاتيح المرور إلا عندما يكون لعنوان الصفحة اسم، وهذا العنوان أرقام.',
  unable: 'لا يمكن لهذا المتصفح استخدام مفاتيح المرور هنا.',
  add: 'إضافة مفتاح مرور',
  added: (key) => `أُضيف مفتاح المرور «${name(key)}»`,
  known: 'لدى هذا الجهاز أو مدير كلمات المرور مفتاح لحسابك بالفعل.',
  notMade: 'لم يُنشأ مفتاح مرور.',
  made: (when) => `أُضيف ${when}`,
  used: (when) => `آخر استخدام ${when}`,
  unused: 'لم يُستخدم بعد',
  elsewhere: (host) => `يعمل على ${name(host)}`,
  rename: (key) => `إعادة تسمية ${name(key)}`,
  renameTitle: 'إعادة تسمية مفتاح المرور',
  name: 'الاسم',
  save: 'حفظ',
  remove: (key) => `إزالة ${name(key)}`,
  removeTitle: (key) => `إزالة مفتاح المرور «${name(key)}»؟`,
  removeText:
    'لن يمكن لأحد تسجيل الدخول به. تبقى الأجهزة المسجّل دخولها كما هي. وقد يظل ظاهرًا في مدير كلمات المرور حتى يُحذف منه.',
  removeYes: 'إزالة',
  removed: (key) => `أُزيل مفتاح المرور «${name(key)}»`,
  offer: {
    title: 'دخول أسرع في المرة القادمة',
    text: 'بمفتاح المرور يكون الدخول بالإصبع أو الوجه أو رمز هذا الجهاز. لا يمكن تخمينه، ولا يمكن لصفحة مزيفة سرقته.',
    create: 'إنشاء مفتاح مرور',
    later: 'ليس الآن',
  },
  identity: {
    title: (provider) => `الدخول عبر ${name(provider)}`,
    hint: (provider) => `بعد ربط حسابك لدى ${name(provider)} يمكن الدخول به.`,
    linked: (account, used) => `مرتبط بالحساب ${name(account)}. آخر استخدام ${used}.`,
    add: (provider) => `ربط مع ${name(provider)}`,
    added: (provider) => `يمكن الآن الدخول عبر ${name(provider)}.`,
    remove: 'إلغاء الربط',
    removeTitle: (provider) => `إلغاء ربط حسابك لدى ${name(provider)}؟`,
    removeText: 'لن يمكن الدخول به هنا. ويبقى حسابك هناك كما هو.',
    removed: (provider) => `أُلغي ربط حسابك لدى ${name(provider)}.`,
    proved: 'شكرًا. يمكن المتابعة الآن.',
    denied: (provider) => `لم يتغير شيء: أُلغي ذلك لدى ${name(provider)}.`,
  },
  prove: {
    title: 'للتأكد من هويتك',
    password: 'كلمة مرورك',
    wrong: 'كلمة المرور غير صحيحة.',
    add: 'قبل إضافة طريقة دخول يلزم إدخال كلمة مرورك مرة أخرى.',
    addOtherwise: 'قبل إضافة طريقة دخول يلزم التأكد من هويتك مرة أخرى.',
    passkey: 'استخدام مفتاح مرور',
    continue: 'متابعة',
    none: 'يلزم تسجيل الخروج ثم الدخول مجددًا، والعودة خلال عشر دقائق.',
  },
};
