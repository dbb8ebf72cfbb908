import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BookEntry } from '../api/types';
import { cardsOf } from './card-writer.pure';
import { found, partsOf, planOf } from './import.pure';
import { CardReader, type Contact } from './vcard.pure';

const ORIGIN = 'https://call.example';

function read(bytes: Uint8Array, piece = bytes.length || 1): Contact[] {
  const reader = new CardReader(ORIGIN);
  const all: Contact[] = [];
  for (let at = 0; at < bytes.length; at += piece) all.push(...reader.push(bytes.subarray(at, at + piece)));
  return [...all, ...reader.end()];
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf16 = (text: string, big: boolean) => {
  const units = `\ufeff${text}`.split('').map((letter) => letter.charCodeAt(0));
  return Uint8Array.from(units.flatMap((unit) => (big ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])));
};
const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const one = (text: string | Uint8Array) => read(typeof text === 'string' ? utf8(text) : text)[0];

describe('versions and ways of writing', () => {
  test.each<[string, string | Uint8Array, string, string[]]>([
    ['4.0', card('VERSION:4.0', 'FN:Ann Lee', 'EMAIL:ann@example.org'), 'Ann Lee', ['ann@example.org']],
    [
      '3.0 with groups',
      card('VERSION:3.0', 'N:Lee;Ann;;;', 'item1.EMAIL;TYPE=INTERNET:ann@example.org', 'item1.X-ABLabel:home'),
      'Ann Lee',
      ['ann@example.org'],
    ],
    [
      '2.1 in quoted-printable with soft breaks',
      card(
        'VERSION:2.1',
        'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=A9o=',
        'n;J=C3=BCrg',
        'EMAIL;INTERNET:j@example.org',
      ),
      'Jürg Léon',
      ['j@example.org'],
    ],
    [
      '2.1 with a character set of its own',
      card('FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=FCrg', 'EMAIL:j@example.org'),
      'Jürg',
      ['j@example.org'],
    ],
    ['folded', card('FN:Ann', '  Lee', 'EMAIL:ann@exam', ' ple.org'), 'Ann Lee', ['ann@example.org']],
    ['folded with a tab', card('EMAIL:ann@exam', '\tple.org', 'FN:A'), 'A', ['ann@example.org']],
    ['ends of line of a Unix', 'BEGIN:VCARD\nFN:A\nEMAIL:a@b.cc\nEND:VCARD\n', 'A', ['a@b.cc']],
    ['ends of line of an old Mac', 'BEGIN:VCARD\rFN:A\rEMAIL:a@b.cc\rEND:VCARD\r', 'A', ['a@b.cc']],
    ['a mark before UTF-8', `\ufeff${card('FN:Zoë', 'EMAIL:z@b.cc')}`, 'Zoë', ['z@b.cc']],
    ['Latin-1', latin1(card('FN:Zo\u00eb', 'EMAIL:z@b.cc')), 'Zoë', ['z@b.cc']],
    ['UTF-16, small end first', utf16(card('FN:Zoë 🐦', 'EMAIL:z@b.cc'), false), 'Zoë 🐦', ['z@b.cc']],
    ['UTF-16, big end first', utf16(card('FN:Zoë 🐦', 'EMAIL:z@b.cc'), true), 'Zoë 🐦', ['z@b.cc']],
    ['escapes', card('FN:Lee\\, Ann\\; \\\\ \\n x', 'EMAIL:a@b.cc'), 'Lee, Ann; \\ x', ['a@b.cc']],
    ['an escaped part of a name', card('N:O\\;Neil;Ann;Mary,Jo;;', 'EMAIL:a@b.cc'), 'Ann Mary Jo O;Neil', ['a@b.cc']],
    ['lower case', 'begin:vcard\nfn:A\nemail:a@b.cc\nend:vcard', 'A', ['a@b.cc']],
    ['a colon in quotes', card('EMAIL;X="a:b;c":a@b.cc', 'FN:A'), 'A', ['a@b.cc']],
    ['mailto', card('EMAIL:mailto:a@b.cc', 'FN:A'), 'A', ['a@b.cc']],
    ['several, one twice', card('EMAIL:a@b.cc', 'EMAIL:x@b.cc', 'EMAIL:a@b.cc', 'FN:A'), 'A', ['a@b.cc', 'x@b.cc']],
    ['a nickname only', card('NICKNAME:Annie', 'EMAIL:a@b.cc'), 'Annie', ['a@b.cc']],
    ['an organisation only', card('ORG:Birds;Songs', 'EMAIL:a@b.cc'), 'Birds', ['a@b.cc']],
  ])('%s', (_, file, name, emails) => {
    expect(one(file)).toMatchObject({ name, emails });
  });

  test('handles stand in files as addresses of pages of this server', () => {
    const lines = ['URL:https://call.example/people/Ann', 'IMPP:HTTPS://CALL.EXAMPLE/messages/@bob'];
    const others = [
      'URL:https://other.example/people/eve',
      'X-SOCIALPROFILE;TYPE=x:https://call.example/settings/calls',
    ];
    expect(one(card('FN:A', ...lines, ...others))?.handles).toEqual(['ann', 'bob']);
  });

  test('an agent within a card is nobody to add, and the card goes on behind it', () => {
    const agent = ['AGENT:', 'BEGIN:VCARD', 'FN:Agent', 'EMAIL:agent@b.cc', 'END:VCARD'];
    expect(read(utf8(card('FN:Boss', ...agent, 'EMAIL:boss@b.cc')))).toEqual([
      { name: 'Boss', emails: ['boss@b.cc'], handles: [] },
    ]);
  });

  test('nothing but names, addresses and handles comes out', () => {
    const secret = [
      'TEL:+4930123',
      'BDAY:19700101',
      'NOTE:secret',
      'ADR:;;Street;Town',
      `PHOTO;ENCODING=b:${'QUJD'.repeat(99)}`,
    ];
    const [contact] = read(utf8(card('FN:A', ...secret, 'EMAIL:a@b.cc')));
    expect(Object.keys(contact ?? {}).sort()).toEqual(['emails', 'handles', 'name']);
    expect(JSON.stringify(contact)).not.toMatch(/4930123|19700101|secret|Street|QUJD/);
  });
});

/** Fifty broken files, each with what can still be had of it. */
const broken: [string, string | Uint8Array, number][] = [
  ['empty', '', 0],
  ['only ends of lines', '\r\n\r\n\n\r', 0],
  ['no card', 'hello\nworld', 0],
  ['HTML', '<!doctype html><title>x</title>', 0],
  ['JSON', '{"name":"x"}', 0],
  ['no end', 'BEGIN:VCARD\nFN:A\nEMAIL:a@', 1],
  ['no begin', 'FN:A\nEMAIL:a@b.cc\nEND:VCARD', 0],
  ['two begins', 'BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD', 2],
  ['two ends', 'BEGIN:VCARD\nFN:A\nEND:VCARD\nEND:VCARD', 1],
  ['an end alone', 'END:VCARD', 0],
  ['another kind', 'BEGIN:VCALENDAR\nSUMMARY:x\nEND:VCALENDAR', 0],
  ['an empty card', card(), 1],
  ['no colon', card('FN'), 1],
  ['a colon alone', card(':'), 1],
  ['semicolons alone', card(';;;;'), 1],
  ['semicolons and a colon', card(';;;;:x'), 1],
  ['a dot alone', card('.:x'), 1],
  ['an open quotation mark', card('FN;X="a:A'), 1],
  ['quotation marks alone', card('""""'), 1],
  ['a broken escape', card('FN:A\\'), 1],
  ['broken quoted-printable', card('FN;QUOTED-PRINTABLE:=ZZ=4'), 1],
  ['quoted-printable to the end', 'BEGIN:VCARD\nFN;QUOTED-PRINTABLE:A=', 1],
  ['soft breaks alone', card('FN;QUOTED-PRINTABLE:=', '=', '=', '='), 1],
  ['an unknown encoding', card('FN;ENCODING=ROT13:N'), 1],
  ['an unknown character set', card('FN;CHARSET=KLINGON:A'), 1],
  ['a name in base64', card('FN;ENCODING=b:QQ=='), 1],
  ['a fold at the start', ' FN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD', 1],
  ['folds alone', ' \n \n\t\n', 0],
  ['zeros', latin1('\0'.repeat(99)), 0],
  ['zeros in a card', card('FN:A\0B'), 1],
  ['every byte', Uint8Array.from({ length: 256 }, (_, n) => n), 0],
  ['half a letter', latin1(card('FN:\u00c3')), 1],
  ['a letter too long in UTF-8', latin1(card('FN:\u00c0\u00af')), 1],
  ['a surrogate in UTF-8', latin1(card('FN:\u00ed\u00a0\u0080')), 1],
  ['beyond Unicode', latin1(card('FN:\u00f4\u0090\u0080\u0080')), 1],
  ['half a mark', Uint8Array.of(0xff), 0],
  ['a mark alone', Uint8Array.of(0xfe, 0xff), 0],
  ['UTF-16 that ends in the middle', Uint8Array.of(0xff, 0xfe, 0x42), 0],
  ['half a pair in UTF-16', Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00), 0],
  ['a low half alone in UTF-16', Uint8Array.of(0xff, 0xfe, 0x00, 0xdc), 0],
  ['an address without a domain', card('EMAIL:ann'), 1],
  ['an address with spaces', card('EMAIL:a b@c.dd'), 1],
  ['two addresses in one', card('EMAIL:a@b.cc,x@b.cc'), 1],
  ['a script as address', card('EMAIL:<script>@b.cc'), 1],
  ['a very long address', card(`EMAIL:${'a'.repeat(999)}@b.cc`), 1],
  ['a name of megabytes', card(`FN:${'x'.repeat(3_000_000)}`), 1],
  ['one line of megabytes', 'x'.repeat(3_000_000), 0],
  ['a thousand agents', 'BEGIN:VCARD\nAGENT:\n'.repeat(1_000), 1],
  ['a thousand begins', 'BEGIN:VCARD\n'.repeat(1_000), 1_000],
  ['a property of __proto__', card('__proto__:x', 'constructor:y'), 1],
];

describe('broken files', () => {
  test('there are fifty', () => expect(broken).toHaveLength(50));

  test.each(broken)('%s', (_, file, cards) => {
    const all = read(typeof file === 'string' ? utf8(file) : file);
    expect(all).toHaveLength(cards);
    for (const { name, emails } of all) {
      expect(name.length).toBeLessThanOrEqual(4_096);
      expect(emails).toEqual([]);
    }
  });
});

describe('any file', () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  const line = fc.constantFrom(
    'BEGIN:VCARD',
    'END:VCARD',
    'FN:A',
    'EMAIL:a@b.cc',
    ' folded',
    'N;QUOTED-PRINTABLE:=C3=',
    '=A9',
    'AGENT:',
    ':',
    '',
  );

  test('never throws, and comes out the same in whatever pieces it comes in', () => {
    const file = fc.oneof(
      bytes,
      fc.array(line, { maxLength: 30 }).map((lines) => utf8(lines.join('\n'))),
    );
    fc.assert(
      fc.property(file, fc.integer({ min: 1, max: 9 }), (data, piece) => {
        expect(read(data, piece)).toEqual(read(data));
      }),
    );
  });

  test('what is exported is read again', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .map((name) => name.replace(/\s+/g, ' ').trim());
    fc.assert(
      fc.property(
        fc.array(
          text.filter((name) => name !== '' && !/[\0\ufeff\ud800-\udfff]/.test(name) && name.length < 60),
          { maxLength: 8 },
        ),
        (names) => {
          const entries: BookEntry[] = names.map((name, n) => ({
            id: `${n}`,
            name,
            email: `p${n}@example.org`,
            since: 0,
          }));
          const again = read(utf8(cardsOf(entries, ORIGIN)));
          expect(again.map((contact) => contact.name)).toEqual(names.map((name) => name.replace(/\s+/g, ' ').trim()));
          expect(again.flatMap((contact) => contact.emails)).toEqual(entries.map((entry) => entry.email));
        },
      ),
    );
  });

  test('no line of an export is longer than RFC 6350 asks for', () => {
    const entries: BookEntry[] = [
      { id: '1', name: 'Zoë 🐦 '.repeat(30), since: 0, person: { handle: 'zoe', name: 'Zoë', verified: false } },
    ];
    for (const part of cardsOf(entries, ORIGIN).split('\r\n')) expect(utf8(part).length).toBeLessThanOrEqual(75);
    expect(one(cardsOf(entries, ORIGIN))?.handles).toEqual(['zoe']);
  });
});

describe('ten thousand cards with photographs', () => {
  test('are read in pieces, and nothing of a photograph is held', () => {
    const photo = `PHOTO;ENCODING=b;TYPE=JPEG:${Array.from({ length: 40 }, () => 'QUJD'.repeat(18)).join('\r\n ')}`;
    const reader = new CardReader(ORIGIN);
    let cards = 0;
    let mails = 0;
    let most = 0;
    const take = (contacts: Contact[]) => {
      cards += contacts.length;
      mails += contacts.reduce((sum, contact) => sum + contact.emails.length, 0);
      most = Math.max(most, JSON.stringify(contacts).length);
    };
    for (let n = 0; n < 10_000; n += 1) {
      take(reader.push(utf8(card('VERSION:3.0', `FN:Person ${n}`, `EMAIL:p${n}@example.org`, photo))));
    }
    take(reader.end());
    expect([cards, mails]).toEqual([10_000, 10_000]);
    expect(most).toBeLessThan(200);
  });
});

describe('an import', () => {
  const contact = (name: string, emails: string[], handles: string[] = []): Contact => ({ name, emails, handles });
  const book: BookEntry[] = [
    { id: '1', name: '', email: 'Old@example.org', since: 0 },
    { id: '2', name: 'Bobby', since: 0, person: { handle: 'bob', name: 'Bob', verified: false } },
  ];

  test('sends each address and handle once, and nothing of who has neither', () => {
    const contacts = [
      contact('A', ['a@b.cc', 'OLD@example.org']),
      contact('B', ['A@b.cc'], ['bob', 'cleo']),
      contact('Nobody', []),
    ];
    const plan = planOf(contacts, book);
    expect(plan).toEqual({
      entries: [
        { name: 'A', email: 'a@b.cc' },
        { name: 'B', handle: 'cleo' },
      ],
      cards: 3,
      without: 1,
      twice: 3,
    });
  });

  test('goes in parts', () => {
    const entries = Array.from({ length: 401 }, (_, n) => ({ name: '', email: `${n}@b.cc` }));
    expect(partsOf(entries).map((part) => part.length)).toEqual([200, 200, 1]);
    expect(partsOf([])).toEqual([]);
  });

  test('entries are found by any of their names', () => {
    expect(found(book, '')).toHaveLength(2);
    for (const query of ['bobb', '@bob', ' BOB ']) expect(found(book, query).map((entry) => entry.id)).toEqual(['2']);
    expect(found(book, 'OLD@').map((entry) => entry.id)).toEqual(['1']);
    expect(found(book, 'zzz')).toEqual([]);
  });
});
