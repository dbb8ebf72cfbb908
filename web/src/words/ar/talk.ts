// Message requests, receipts and typing, search in messages.
import type { Words } from '..';
import { at, count, forms, name } from './number.pure';

const people = forms(
  'يود شخص واحد مراسلتك',
  'يود شخصان مراسلتك',
  'أشخاص يودون مراسلتك',
  'شخصًا يودون مراسلتك',
  'شخص يودون مراسلتك',
);
const messages = forms('عُثر على رسالة واحدة', 'عُثر على رسالتين', 'رسائل', 'رسالة');

export const talk: Words['talk'] = {
  requests: {
    title: 'طلبات المراسلة',
    count: (value) => count(value, people),
    hint: 'لا يصل تنبيه بأنك رأيت ذلك، ولا يمكن الاتصال بك منهم.',
    empty: {
      title: 'لا توجد طلبات مراسلة',
      text: 'تنتظر هنا الرسائل ممن ليسوا في قائمة متابعتك حتى يتم قبولها.',
    },
    asks: (handle) => `الحساب ${at(handle)} ليس في قائمة متابعتك. حتى القبول لا يصله تنبيه بأن الرسالة قُرئت.`,
    accept: 'قبول',
    delete: 'حذف',
    deleted: 'حُذف الطلب.',
  },
  receipts: {
    page: 'الرسائل',
    pageHint: 'إشعارات القراءة والكتابة',
    label: 'إشعارات القراءة والكتابة',
    hint: 'يرى من تحدثت معهم متى قُرئت رسائلهم ومتى تجري كتابة رد، وترى منهم مثل ذلك. عند الإيقاف لا يرى أي طرف شيئًا، ولا يصل تنبيه بالإيقاف.',
    sent: 'أُرسلت',
    read: (moment) => `قُرئت ${moment}`,
    typing: 'جارٍ الكتابة…',
  },
  search: {
    label: 'البحث عن أشخاص ورسائل',
    placeholder: 'بحث',
    clear: 'مسح البحث',
    people: 'الأشخاص',
    messages: 'الرسائل',
    none: (query) => `لم يُعثر على شيء يطابق «${name(query)}».`,
    found: (value) => (value < 3 ? count(value, messages) : `عُثر على ${count(value, messages)}`),
    more: 'المزيد من الرسائل',
    you: 'أنت',
  },
  draft: (text) => `مسودة: ${name(text)}`,
};
