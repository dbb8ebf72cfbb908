// The words about a call's connection. Calm ones: most of what they say, nobody can change.
import type { Words } from '..';
import { name, number, percent } from './number.pure';

const grades = { good: 'جيد', fair: 'مقبول', poor: 'ضعيف' };

export const connection: Words['connection'] = {
  title: 'الاتصال',
  how: 'جودة الاتصال',
  grades,
  label: (grade) => `الاتصال: ${grades[grade]}`,
  about: {
    good: 'الاتصال جيد.',
    fair: 'الاتصال مقبول: قد يضيع شيء من حين إلى آخر.',
    poor: 'الاتصال ضعيف: قد تضيع كلمات.',
  },
  sides: {
    own: () => 'يبدو أن السبب هو اتصالك.',
    other: (who) => `يبدو أن السبب هو اتصال ${name(who)}.`,
    either: (who) => `قد يكون السبب اتصالك أو اتصال ${name(who)}.`,
    way: () => 'الطريق بينكما هو الطويل.',
  },
  lostOut: 'الفاقد في الطريق منك',
  lostIn: (who) => `الفاقد في الطريق من ${name(who)}`,
  roundTrip: 'ذهابًا وإيابًا',
  milliseconds: (count) => `${number(count)} مللي ثانية`,
  percent: (share) => (share > 0 && share < 0.01 ? `أقل من ${percent(0.01)}` : percent(share)),
  path: 'المسار',
  throughRelay: 'عبر خادم الترحيل',
  ownSharingPaused: 'المشاركة متوقفة مؤقتًا: اتصالك ضعيف',
  ownVideoPaused: 'الفيديو متوقف مؤقتًا: اتصالك ضعيف',
  screenPaused: (who) => `شاشة ${name(who)} متوقفة مؤقتًا: الاتصال ضعيف`,
  videoPaused: (who) => `فيديو ${name(who)} متوقف مؤقتًا: الاتصال ضعيف`,
};
