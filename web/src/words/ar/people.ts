import type { Words } from '..';
import { at, count, forms, LOCALE, name } from './number.pure';

const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact' });

/** The word after a number that stands by itself. */
const counted = (value: number, one: string, two: string, few: string, many: string) =>
  count(value, { one, two, few: () => few, many: () => many, other: () => one });

const found = forms('عُثر على شخص واحد', 'عُثر على شخصين', 'أشخاص', 'شخصًا', 'شخص');

export const people: Words['people'] = {
  title: 'الأشخاص',
  verified: 'موثّق',
  search: 'البحث عن أشخاص',
  searchHint: 'المعرّف أو الاسم',
  results: (number) => (number < 3 ? count(number, found) : `عُثر على ${count(number, found)}`),
  nobody: (query) => `لا يوجد من يبدأ معرّفه أو اسمه بـ«${name(query)}».`,
  lists: 'القوائم',
  following: 'المتابَعون',
  addressBook: 'دفتر العناوين',
  blockedTab: 'المحظورون',
  followingEmpty: {
    title: 'قائمة متابعتك فارغة',
    text: 'يمكن البحث عن معرّف أعلاه. يمكن لمن في قائمة متابعتك الاتصال بك، ما لم يتغير ذلك في الإعدادات.',
  },
  blockedEmpty: {
    title: 'لا يوجد محظورون لديك',
    text: 'يمكن حظر شخص من ملفه الشخصي، فلا تصلك منه رسائل ولا مكالمات.',
  },
  none: {
    title: 'لم يُفتح ملف شخصي بعد',
    text: 'يمكن اختيار شخص، أو البحث بالمعرّف أو الاسم.',
  },
  followsYou: 'من متابِعيك',
  count: (value) => compact.format(value),
  followers: (value) => counted(value, 'متابِع', 'متابِعان', 'متابِعين', 'متابِعًا'),
  follows: 'من المتابَعين',
  followersTab: 'المتابِعون',
  followingTab: 'المتابَعون',
  listsOf: (handle) => `الأشخاص حول ${at(handle)}`,
  noFollows: {
    followers: (handle) => (handle === undefined ? 'لا متابِعين لك بعد' : `لا متابِعين لدى ${at(handle)} بعد`),
    following: (handle) => (handle === undefined ? 'قائمة متابعتك فارغة' : `قائمة متابعة ${at(handle)} فارغة`),
  },
  showMore: 'عرض المزيد',
  lookAlike: {
    title: 'تنبيه إلى تشابه',
    following: (handle) => `هذا ليس ${at(handle)} الذي في قائمة متابعتك.`,
    inBook: (handle) => `هذا ليس ${at(handle)} الذي في دفتر عناوينك.`,
    show: (handle) => `عرض ${at(handle)}`,
  },
  you: 'هذا أنت.',
  edit: 'تعديل الملف الشخصي',
  message: 'مراسلة',
  follow: 'متابعة',
  unfollow: 'إلغاء المتابعة',
  followed: (handle) => `بدأت متابعة ${at(handle)}.`,
  unfollowed: (handle) => `أُلغيت متابعة ${at(handle)}.`,
  add: 'إضافة إلى دفتر العناوين',
  drop: 'إزالة من دفتر العناوين',
  added: (handle) => `أُضيف ${at(handle)} إلى دفتر عناوينك.`,
  dropped: (handle) => `أُزيل ${at(handle)} من دفتر عناوينك.`,
  block: 'حظر',
  unblock: 'إلغاء الحظر',
  blockTitle: (handle) => `حظر ${at(handle)}؟`,
  blockText: [
    'لن تصلك رسائل من هذا الحساب، ولن يمكن لأي منكما الاتصال بالآخر. وأي مكالمة بينكما تنتهي فورًا.',
    'لا يصل أي تنبيه بذلك إلى الطرف الآخر. ويمكن إلغاء الحظر في أي وقت.',
  ],
  blocked: (handle) => `تم حظر ${at(handle)}.`,
  unblocked: (handle) => `أُلغي حظر ${at(handle)}.`,
  isBlocked: 'هذا الشخص محظور لديك. لا تصلك منه رسائل ولا مكالمات.',
};
