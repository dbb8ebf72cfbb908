// The instruments of the packet proofs: each finds what it looks for, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBytes, toBytes } from '../harness/net/addresses.mjs';
import { chancy } from '../harness/net/chance.mjs';
import { questions } from '../harness/net/dns.mjs';
import { Forms } from '../harness/net/forms.mjs';
import { decode, isOfTheLink } from '../harness/net/packet.mjs';
import { PcapReader, writePcap } from '../harness/net/pcap.mjs';
import { reached, strangers, told } from '../harness/net/secrecy.mjs';
import { isStun, read, Writer } from '../harness/net/stun.mjs';

const MACS = Buffer.from('02000000000a02000000000b', 'hex');

const hex = (...parts) => Buffer.from(parts.join(''), 'hex');

function ethernet(type, payload) {
  return { time: 0, frame: Buffer.concat([MACS, hex(type), payload]) };
}

function udp(from, to, payload) {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

function ipv4(protocol, payload, { options = 0, fragment = 0 } = {}) {
  const header = Buffer.alloc(20 + options);
  header[0] = 0x45 + options / 4;
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[9] = protocol;
  toBytes('10.1.2.3').copy(header, 12);
  toBytes('10.9.8.7').copy(header, 16);
  return Buffer.concat([header, payload]);
}

function ipv6(next, payload) {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(payload.length, 4);
  header[6] = next;
  toBytes('2001:db8::1').copy(header, 8);
  toBytes('2001:db8::2').copy(header, 24);
  return Buffer.concat([header, payload]);
}

test('addresses are read and written', () => {
  for (const text of [
    '10.1.2.3',
    '2001:db8::1',
    '::',
    '::1',
    '1::',
    '1:0:0:2::3',
    'fe80::1:2:3:4',
    '1:2:3:4:5:6:7:8',
  ]) {
    assert.equal(fromBytes(toBytes(text)), text);
  }
  assert.equal(fromBytes(toBytes('::ffff:10.1.2.3')), '::ffff:a01:203');
  for (const wrong of ['10.1.2', '10.1.2.256', '1:2', '1::2::3', 'host', '12345::', '']) {
    assert.throws(() => toBytes(wrong), /is no address/, wrong);
  }
});

test('a capture is read in pieces of any size', () => {
  const packets = [
    { time: 1_700_000_000_123, frame: Buffer.from('first') },
    { time: 1_700_000_001_456, frame: Buffer.from('second') },
  ];
  const file = writePcap(packets);
  for (const size of [1, 7, 40, file.length]) {
    const reader = new PcapReader();
    const read = [];
    for (let at = 0; at < file.length; at += size) read.push(...reader.push(file.subarray(at, at + size)));
    assert.deepEqual(read, packets);
  }
});

test('a capture of another kind, or with cut frames, is refused', () => {
  assert.throws(() => new PcapReader().push(Buffer.alloc(24)), /no capture/);
  const cooked = writePcap([]);
  cooked.writeUInt32LE(113, 20);
  assert.throws(() => new PcapReader().push(cooked), /not Ethernet/);
  const cut = writePcap([{ time: 0, frame: Buffer.from('whole') }]);
  cut.writeUInt32LE(9_000, 24 + 12);
  assert.throws(() => new PcapReader().push(cut), /was cut/);
});

test('UDP is found in IPv4 with options, in IPv6 behind extension headers, and without padding', () => {
  const body = Buffer.from('body');
  const found = decode(ethernet('0800', Buffer.concat([ipv4(17, udp(1, 2, body), { options: 8 }), Buffer.alloc(9)])));
  assert.deepEqual([found.kind, found.source, found.target], ['udp', '10.1.2.3', '10.9.8.7']);
  assert.deepEqual([found.sourcePort, found.targetPort, found.payload], [1, 2, body]);
  assert.deepEqual(found.frame.subarray(found.at, found.at + 4), body);

  const hopByHop = Buffer.concat([hex('1100000000000000'), udp(3, 4, body)]);
  const six = decode(ethernet('86dd', ipv6(0, hopByHop)));
  assert.deepEqual([six.kind, six.source, six.targetPort, six.payload], ['udp', '2001:db8::1', 4, body]);
  assert.equal(decode(ethernet('0800', ipv4(17, body, { fragment: 3 }))).kind, 'fragment');
  assert.equal(decode(ethernet('88cc', body)).kind, 'other');
});

test('TCP is found behind its options', () => {
  const header = Buffer.alloc(24);
  header.writeUInt16BE(443, 0);
  header.writeUInt16BE(50_000, 2);
  header[12] = 0x60;
  const found = decode(ethernet('0800', ipv4(6, Buffer.concat([header, Buffer.from('text')]))));
  assert.deepEqual([found.kind, found.sourcePort, found.payload.toString()], ['tcp', 443, 'text']);
});

test('what stays on a link is told from what travels', () => {
  const request = Buffer.concat([hex('0001080006040001'), MACS.subarray(0, 6), toBytes('10.1.2.3'), Buffer.alloc(6)]);
  const asked = decode(ethernet('0806', Buffer.concat([request, toBytes('10.1.2.1')])));
  assert.deepEqual([asked.kind, asked.source, asked.target], ['arp', '10.1.2.3', '10.1.2.1']);
  assert.ok(isOfTheLink(asked));
  assert.ok(isOfTheLink(decode(ethernet('86dd', ipv6(58, hex('8700000000000000'))))));
  assert.ok(isOfTheLink(decode(ethernet('0800', ipv4(2, hex('1600000000000000'))))));
  assert.ok(!isOfTheLink(decode(ethernet('86dd', ipv6(58, hex('8000000000000000'))))), 'an echo request travels');
  assert.ok(!isOfTheLink(decode(ethernet('0800', ipv4(17, udp(1, 2, Buffer.alloc(4)))))));
});

test('questions for names are read, over UDP, TCP and multicast; answers are none', () => {
  const name = hex('04', Buffer.from('Host').toString('hex'), '05', Buffer.from('local').toString('hex'), '00');
  const question = Buffer.concat([hex('000001000001000000000000'), name, hex('00010001')]);
  const asked = (port, payload) => questions(decode(ethernet('0800', ipv4(17, udp(5_000, port, payload)))));
  assert.deepEqual(asked(53, question), ['host.local']);
  assert.deepEqual(asked(5353, question), ['host.local']);
  assert.deepEqual(asked(54, question), []);
  assert.ok(asked(53, question.subarray(0, 15)).includes('unreadable'));
  const answer = Buffer.from(question);
  answer[2] = 0x81;
  assert.deepEqual(asked(53, answer), []);
  assert.deepEqual(questions({ kind: 'tcp', targetPort: 53, payload: Buffer.concat([hex('001c'), question]) }), [
    'host.local',
  ]);
});

test('an IPv4 address is found in every form', () => {
  const forms = new Forms(['10.83.17.42']);
  const told = {
    text: ['candidate 10.83.17.42 typ host', 'ip-10-83-17-42', '42.17.83.10.in-addr.arpa', '173216042'],
    mapped: ['::ffff:10.83.17.42', '[::FFFF:A53:112A]', '::ffff:0a53:112a'],
    hex: ['x0a53112ax', '0A53112A', '0a:53:11:2a', '2a11530a', '2b41b568', '2B-41-B5-68', '0a 53 11 2a'],
    bytes: [
      hex('ffff', '0a53112a'),
      hex('2a11530a', '00'),
      hex('0001', '2b41b568'),
      hex('68b5412b'),
      hex('00000000000000000000ffff0a53112a'),
    ],
  };
  for (const [kind, all] of Object.entries(told)) {
    for (const one of all) assert.ok(forms.find(one).length > 0, `${kind}: ${one.toString('hex')} ${one}`);
  }
  const [found] = forms.find(hex('ffff', '0a53112a'));
  assert.deepEqual(found, { address: '10.83.17.42', form: 'network bytes', at: 2, length: 4 });
  for (const other of ['10.83.17.4', '203.0.113.1', '10.83.18.42', hex('0a531129'), '']) {
    assert.deepEqual(forms.find(other), []);
  }
});

test('an IPv6 address is found in every form', () => {
  const address = 'fd7b:9c41:83a5:11::d04b:9137';
  const forms = new Forms([address]);
  const bytes = toBytes(address);
  const key = hex('2112a442', '000102030405060708090a0b');
  const xored = Buffer.from(bytes.map((byte, at) => byte ^ key[at]));
  const told = [
    address,
    address.toUpperCase(),
    'fd7b:9c41:83a5:11:0:0:d04b:9137',
    'fd7b:9c41:83a5:0011:0000:0000:d04b:9137',
    bytes,
    Buffer.from(bytes).reverse(),
    bytes.toString('hex'),
    `${[...bytes.toString('hex')].reverse().join('.')}.ip6.arpa`,
    Buffer.concat([hex('01010018'), key, hex('002000140002abcd'), xored]),
  ];
  for (const one of told) assert.ok(forms.find(one).length > 0, String(one));
  assert.deepEqual(
    forms.find(Buffer.concat([hex('01010018', '2112a442'), Buffer.alloc(12), xored])),
    [],
    'another key',
  );
  assert.deepEqual(forms.find('fd7b:9c41:83a5:12::d04b:9137'), []);
});

test('what looks like chance is told from what can be read', () => {
  const ranges = (payload, kind = 'udp', port = 1) =>
    chancy({ kind, sourcePort: port, targetPort: 2, payload, at: 100 }, 443).map(([from, to]) => [
      from - 100,
      to - 100,
    ]);
  const rtp = Buffer.concat([hex('906f000100000001000000aa', 'bede0001', '10ff0000'), Buffer.alloc(50)]);
  assert.deepEqual(ranges(rtp), [[20, 70]]);
  assert.deepEqual(ranges(Buffer.concat([hex('40010046'), rtp])), [[24, 74]], 'in a channel');
  assert.deepEqual(ranges(Buffer.concat([hex('80c80006000000aa'), Buffer.alloc(28)])), [[8, 36]], 'RTCP');
  const head = (type, length) => hex(type, length, '2112a442000102030405060708090a0b');
  const stun = Buffer.concat([head('0001', '001c'), hex('0012000800012115', '2b41b568', '00080014'), Buffer.alloc(20)]);
  assert.deepEqual(
    ranges(stun),
    [
      [8, 20],
      [36, 56],
    ],
    'not the address',
  );
  const indication = Buffer.concat([head('0016', '004a'), hex('00130046'), rtp]);
  assert.deepEqual(
    ranges(indication),
    [
      [8, 20],
      [44, 94],
    ],
    'in an indication',
  );
  assert.deepEqual(ranges(hex('16fefd00000000000000000003', 'aabbcc')), [[0, 16]], 'DTLS');
  assert.deepEqual(ranges(hex('1703030003', 'aabbcc'), 'tcp', 443), [[0, 8]]);
  assert.deepEqual(ranges(hex('1703030003', 'aabbcc'), 'tcp', 80), [], 'TCP of another port is read');
  assert.deepEqual(ranges(Buffer.from('plain text in a packet')), []);
});

const ann = { name: 'ann', addresses: ['10.83.17.42'], linkLocal: 'fe80::a' };
const bob = { name: 'bob', addresses: ['10.1.2.3'], linkLocal: 'fe80::b' };
const around = { port: 443, hosts: { server: { addresses: ['10.9.8.7'] } } };

test('an address counts once where it can be read, and twice where bytes look like chance', () => {
  const rtp = hex('806f000100000001000000aa');
  const packet = (payload) => decode(ethernet('0800', ipv4(17, udp(1, 2, payload))));
  const inside = packet(Buffer.concat([rtp, hex('99', '0a53112a', '99')]));
  assert.deepEqual(told(bob, ann, around, [inside], []), []);
  assert.equal(told(bob, ann, around, [inside, inside], []).length, 2);
  const inSource = packet(Buffer.concat([hex('806f0001000000010a53112a'), Buffer.alloc(9)]));
  assert.match(told(bob, ann, around, [inSource], [])[0], /^bob is told ann's address 10.83.17.42 \(network bytes\)/);
  const frame = [{ where: 'a frame', what: Buffer.from('"typ host 10.83.17.42"') }];
  assert.deepEqual(told(bob, ann, around, [], frame), ["bob is told ann's address 10.83.17.42 (text) in a frame"]);
  assert.deepEqual(told(ann, bob, around, [], frame), [], 'of somebody else');
});

test('whoever is not the server is a stranger, and the outsider is reached by anything', () => {
  const to = (target) => {
    const { frame } = ethernet('0800', ipv4(17, udp(1, 2, Buffer.from('hello'))));
    toBytes(target).copy(frame, 14 + 16);
    return decode({ time: 0, frame });
  };
  assert.deepEqual(strangers(bob, ann, around, [to('10.9.8.7')]), []);
  assert.match(
    strangers(bob, ann, around, [to('10.9.8.8')])[0],
    /^bob talks to a stranger: udp 10.1.2.3:1 > 10.9.8.8:2/,
  );
  assert.match(strangers(bob, ann, around, [to('10.83.17.42')])[0], /^a packet between bob and ann: /);
  assert.match(reached([to('10.9.8.8')])[0], /^the outsider is reached: /);
});

test('what is written as STUN is read as STUN', () => {
  const message = new Writer('request', 8)
    .address(0x12, { address: '10.83.17.42', port: 7 })
    .integrity(Buffer.from('key'))
    .bytes();
  assert.ok(isStun(message));
  const { class: kind, method, attributes } = read(message);
  assert.deepEqual([kind, method, [...attributes.keys()]], ['request', 8, [0x12, 0x08]]);
  assert.equal(attributes.get(0x12).toString('hex'), '00012115' + '2b41b568');
  assert.equal(attributes.get(0x08).length, 20);
});
